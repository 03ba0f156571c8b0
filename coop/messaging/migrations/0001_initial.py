import coop.tenancy.fence
import coop.tenancy.scope
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('documents', '0001_initial'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OutboxMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('to', models.EmailField(max_length=254)),
                ('subject', models.CharField(max_length=250)),
                ('text', models.TextField()),
                ('html', models.TextField(blank=True)),
                ('language', models.CharField(default='de', max_length=5)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('sending', 'being sent'), ('sent', 'sent'), ('failed', 'failed')], default='waiting', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField(blank=True, null=True)),
                ('queued_at', models.DateTimeField(auto_now_add=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'state'], name='messaging_o_coop_id_4e3e14_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='outboxmessage_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='outboxmessage_in_coop'), models.UniqueConstraint(fields=('coop', 'key'), name='outboxmessage_key_once')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('document', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document')),
                ('message', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='messaging.outboxmessage')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'message'], name='messaging_a_coop_id_e5a5fa_idx'), models.Index(fields=['coop', 'document'], name='messaging_a_coop_id_88cb8b_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='attachment_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='attachment_in_coop'), coop.tenancy.fence.SameCoop(field='message', name='attachment_message_same_coop'), coop.tenancy.fence.SameCoop(field='document', name='attachment_document_same_coop')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outboxmessage',
            trigger=pgtrigger.compiler.Trigger(name='outboxmessage_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{waiting:sending,sending:sent,sending:waiting,sending:failed,failed:waiting}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='9202d3e6bdde64e06ffcfbe809e393e073b6e769', operation='UPDATE', pgid='pgtrigger_outboxmessage_steps_129f4', table='messaging_outboxmessage', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='outboxmessage',
            trigger=pgtrigger.compiler.Trigger(name='outboxmessage_births', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('waiting'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='a1ca57e7313c38b8a6928e7fb6ed8c6fdb4cbd1b', operation='INSERT', pgid='pgtrigger_outboxmessage_births_8da73', table='messaging_outboxmessage', when='BEFORE')),
        ),
    ]
