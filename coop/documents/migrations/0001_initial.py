import coop.tenancy.fence
import coop.tenancy.scope
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tenancy', '0001_initial'),
        ('tenancy', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('source', models.CharField(max_length=80)),
                ('title', models.CharField(max_length=200)),
                ('filename', models.CharField(max_length=120)),
                ('media_type', models.CharField(default='application/pdf', max_length=60)),
                ('state', models.CharField(choices=[('waiting', 'being prepared'), ('ready', 'ready'), ('failed', 'could not be prepared')], default='waiting', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField(blank=True, null=True)),
                ('keep_until', models.DateField()),
                ('requested_at', models.DateTimeField(auto_now_add=True)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'state'], name='documents_d_coop_id_e60f6b_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='document_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='document_in_coop'), models.UniqueConstraint(fields=('coop', 'kind', 'source'), name='document_source_once')],
            },
        ),
        migrations.CreateModel(
            name='DocumentContent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('data', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('stored_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('document', coop.tenancy.fence.CoopOneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='content', to='documents.document')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='documentcontent_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='documentcontent_in_coop'), coop.tenancy.fence.SameCoop(field='document', name='documentcontent_document_same_coop')],
            },
        ),
        migrations.CreateModel(
            name='Opening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('document', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='documents.document')),
                ('user', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'document'], name='documents_o_coop_id_0fc88c_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='opening_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='opening_in_coop'), coop.tenancy.fence.SameCoop(field='document', name='opening_document_same_coop')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='document_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{waiting:ready,waiting:failed,failed:waiting,failed:ready}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='bddd2d2bba91b76b5300a5f3417c2fe123ea5d94', operation='UPDATE', pgid='pgtrigger_document_steps_b8863', table='documents_document', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='document_births', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('waiting'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='bf344e7232c5cf18a7d6ac82d7063ecfad5c3378', operation='INSERT', pgid='pgtrigger_document_births_5bf74', table='documents_document', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='document_retention_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."keep_until" < (OLD."keep_until"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='540506e482b94a7fd570c05c9c2b88d5aedffce4', operation='UPDATE', pgid='pgtrigger_document_retention_stays_699ed', table='documents_document', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='document',
            trigger=pgtrigger.compiler.Trigger(name='document_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.keep_until >= CURRENT_DATE)', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='aa5a75af6d5e7934ad88d95287259befc1024193', operation='DELETE', pgid='pgtrigger_document_is_kept_1ecdb', table='documents_document', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='documentcontent',
            trigger=pgtrigger.compiler.Trigger(name='documentcontent_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='020ec54328919d54ce4cc09062758e0c3f7181b4', operation='UPDATE', pgid='pgtrigger_documentcontent_is_frozen_fbb8f', table='documents_documentcontent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='documentcontent',
            trigger=pgtrigger.compiler.Trigger(name='documentcontent_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT FROM documents_document d WHERE d.coop_id = OLD.coop_id\n                               AND d.id = OLD.document_id AND d.keep_until >= CURRENT_DATE) THEN\n                        RAISE EXCEPTION 'pgtrigger: document % is kept until its retention ends', OLD.document_id;\n                    END IF;\n                    RETURN OLD;\n                ", hash='cd76029986d66ccc788186ab11c0a13212730466', operation='DELETE', pgid='pgtrigger_documentcontent_is_kept_30995', table='documents_documentcontent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='opening',
            trigger=pgtrigger.compiler.Trigger(name='opening_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9b74084b417ece72f702ad54bba0fb320d590778', operation='UPDATE OR DELETE', pgid='pgtrigger_opening_is_kept_4556e', table='documents_opening', when='BEFORE')),
        ),
    ]
