import coop.tenancy.fence
import coop.tenancy.scope
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0001_initial'),
        ('payroll', '0001_initial'),
        ('tenancy', '0001_initial'),
        ('tenancy', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='SalaryRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gross_cents', models.BigIntegerField()),
                ('weekly_hours', models.DecimalField(decimal_places=2, max_digits=4)),
                ('position', models.CharField(max_length=200)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(help_text='First day that no longer counts.')),
                ('state', models.CharField(choices=[('requested', 'waiting for the office'), ('approved', 'approved'), ('declined', 'declined'), ('withdrawn', 'withdrawn')], default='requested', max_length=10)),
                ('requested_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('contract', coop.tenancy.fence.CoopOneToOneField(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='salary_request', to='payroll.employmentcontract')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('decided_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='salary_requests', to='members.person')),
                ('requested_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'person'], name='planning_sa_coop_id_31ceda_idx'), models.Index(fields=['coop', 'state'], name='planning_sa_coop_id_35d236_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='salaryrequest_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='salaryrequest_in_coop'), coop.tenancy.fence.SameCoop(field='person', name='salaryrequest_person_same_coop'), coop.tenancy.fence.SameCoop(field='contract', name='salaryrequest_contract_same_coop'), models.CheckConstraint(condition=models.Q(('gross_cents__gt', 0), ('weekly_hours__gt', 0)), name='salaryrequest_amounts_positive'), models.CheckConstraint(condition=models.Q(('ends_on__day', 1), ('ends_on__gt', models.F('starts_on')), ('starts_on__day', 1)), name='salaryrequest_whole_months'), models.UniqueConstraint(condition=models.Q(('state', 'requested')), fields=('coop', 'person'), name='salaryrequest_one_waiting'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('state', 'requested')), models.Q(models.Q(('state', 'requested'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='salaryrequest_decided_with_day'), models.CheckConstraint(condition=models.Q(models.Q(('contract__isnull', False), ('state', 'approved')), models.Q(models.Q(('state', 'approved'), _negated=True), ('contract__isnull', True)), _connector='OR'), name='salaryrequest_approved_with_contract'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='salaryrequest_declined_with_reason')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='salaryrequest',
            trigger=pgtrigger.compiler.Trigger(name='salaryrequest_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{requested:approved,requested:declined,requested:withdrawn}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='9ec3b9f4a2eaec4c8245f6f29e73677030e2f14a', operation='UPDATE', pgid='pgtrigger_salaryrequest_steps_27a4f', table='planning_salaryrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='salaryrequest',
            trigger=pgtrigger.compiler.Trigger(name='salaryrequest_births', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('requested'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='4530ba895c61f9c605151354dbd98ddb3c110a20', operation='INSERT', pgid='pgtrigger_salaryrequest_births_8ac72', table='planning_salaryrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='salaryrequest',
            trigger=pgtrigger.compiler.Trigger(name='salaryrequest_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='4ae9550af5fa717fc58c161f864735170c2bd592', operation='DELETE', pgid='pgtrigger_salaryrequest_is_kept_53f92', table='planning_salaryrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='salaryrequest',
            trigger=pgtrigger.compiler.Trigger(name='salaryrequest_stays_as_asked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."gross_cents" IS DISTINCT FROM (NEW."gross_cents") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."weekly_hours" IS DISTINCT FROM (NEW."weekly_hours"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='7416d7f2de54eb23aee697d91fb710eb815517ca', operation='UPDATE', pgid='pgtrigger_salaryrequest_stays_as_asked_cc9b6', table='planning_salaryrequest', when='BEFORE')),
        ),
    ]
