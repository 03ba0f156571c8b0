"""The health check of the web container: exit status 0 where the application reaches its database.

Asks as the proxy does: by the name of the platform, over a connection that was encrypted.
"""

import os
import sys
import urllib.request
from http import HTTPStatus

TIMEOUT_SECONDS = 8


def main() -> int:
    """Ask once; the exit status."""
    headers = {"Host": os.environ["BASE_DOMAIN"], "X-Forwarded-Proto": "https"}
    request = urllib.request.Request(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/alive/", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  our own address
            return 0 if answer.status == HTTPStatus.OK else 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
