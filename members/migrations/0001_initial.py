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
        ('ledger', '0001_initial'),
        ('tenancy', '0001_initial'),
        ('tenancy', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('street', models.CharField(max_length=200, verbose_name='street and number')),
                ('postcode', models.CharField(max_length=20, verbose_name='postcode')),
                ('city', models.CharField(max_length=100, verbose_name='city')),
                ('country', models.CharField(default='DE', max_length=2, verbose_name='country')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('profession', models.CharField(max_length=100, verbose_name='profession')),
                ('language', models.CharField(default='de', max_length=5, verbose_name='language')),
                ('shares_wanted', models.PositiveIntegerField(default=1, verbose_name='number of shares')),
                ('state', models.CharField(choices=[('applied', 'applied'), ('admitted', 'member'), ('rejected', 'not admitted'), ('withdrawn', 'withdrawn'), ('left', 'left')], default='applied', max_length=10)),
                ('applied_at', models.DateTimeField()),
                ('consented_at', models.DateTimeField(help_text='When the declaration of accession was made in text form.')),
                ('member_number', models.PositiveIntegerField(blank=True, null=True)),
                ('admitted_on', models.DateField(blank=True, null=True)),
                ('decided_on', models.DateField(blank=True, null=True)),
                ('rejected_reason', models.CharField(blank=True, max_length=500)),
                ('notice_on', models.DateField(blank=True, null=True)),
                ('leaves_on', models.DateField(blank=True, help_text='Last day of the membership.', null=True)),
                ('budget', coop.tenancy.fence.CoopOneToOneField(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='person', to='ledger.budget')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('decided_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'state'], name='members_per_coop_id_5b14e2_idx'), models.Index(fields=['coop', 'user'], name='members_per_coop_id_371e82_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='person_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='person_in_coop'), coop.tenancy.fence.SameCoop(field='budget', name='person_budget_same_coop'), models.UniqueConstraint(fields=('coop', 'member_number'), name='person_member_number_once'), models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('coop', 'user'), name='person_login_once'), models.CheckConstraint(condition=models.Q(('shares_wanted__gte', 1)), name='person_wants_a_share'), models.CheckConstraint(condition=models.Q(models.Q(('admitted_on__isnull', False), ('budget__isnull', False), ('member_number__isnull', False), ('state__in', ['admitted', 'left'])), models.Q(('admitted_on__isnull', True), ('member_number__isnull', True), ('state__in', ['applied', 'rejected', 'withdrawn'])), _connector='OR'), name='person_member_whole'), models.CheckConstraint(condition=models.Q(models.Q(('leaves_on__isnull', True), ('notice_on__isnull', True)), models.Q(('leaves_on__gte', models.F('notice_on')), ('notice_on__isnull', False)), _connector='OR'), name='person_notice_before_end')],
            },
        ),
        migrations.CreateModel(
            name='DepartedShare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('left_on', models.DateField()),
                ('capital_cents', models.BigIntegerField(help_text='Paid in on shares, in cents.')),
                ('settled_on', models.DateField(blank=True, null=True)),
                ('value_cents', models.BigIntegerField(blank=True, help_text='What is paid out of it, in cents.', null=True)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('person', coop.tenancy.fence.CoopOneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='departed_share', to='members.person')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='departedshare_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='departedshare_in_coop'), coop.tenancy.fence.SameCoop(field='person', name='departedshare_person_same_coop'), models.CheckConstraint(condition=models.Q(models.Q(('settled_on__isnull', True), ('value_cents__isnull', True)), models.Q(('settled_on__isnull', False), ('value_cents__gte', 0), ('value_cents__lte', models.F('capital_cents'))), _connector='OR'), name='departedshare_settled_pair')],
            },
        ),
        migrations.CreateModel(
            name='RegisterEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(choices=[('admitted', 'admitted'), ('shares', 'shares subscribed'), ('data', 'name or address changed'), ('notice', 'notice given'), ('left', 'membership ended')], max_length=10)),
                ('on', models.DateField()),
                ('name', models.CharField(max_length=200)),
                ('address', models.CharField(max_length=340)),
                ('shares', models.PositiveIntegerField()),
                ('ends_on', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('person', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='register_entries', to='members.person')),
                ('recorded_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'person'], name='members_reg_coop_id_e116c6_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='registerentry_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='registerentry_in_coop'), coop.tenancy.fence.SameCoop(field='person', name='registerentry_person_same_coop')],
            },
        ),
        migrations.CreateModel(
            name='ShareSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('count', models.PositiveIntegerField()),
                ('share_cents', models.BigIntegerField()),
                ('subscribed_on', models.DateField()),
                ('reference', models.CharField(max_length=40)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('person', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to='members.person')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'person'], name='members_sha_coop_id_8c1b6c_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='sharesubscription_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='sharesubscription_in_coop'), coop.tenancy.fence.SameCoop(field='person', name='sharesubscription_person_same_coop'), models.UniqueConstraint(fields=('coop', 'reference'), name='sharesubscription_reference_once'), models.CheckConstraint(condition=models.Q(('count__gte', 1), ('share_cents__gt', 0)), name='sharesubscription_positive')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='person_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{applied:admitted,applied:rejected,applied:withdrawn,admitted:left}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='f33486a44dd989ee410236c1788496892f8dd4c6', operation='UPDATE', pgid='pgtrigger_person_steps_be8f0', table='members_person', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='person_births', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('applied'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='a3aea814266915a3c4d5b26fcec89d24d52bc854', operation='INSERT', pgid='pgtrigger_person_births_6420a', table='members_person', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='registerentry',
            trigger=pgtrigger.compiler.Trigger(name='registerentry_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8a38bcb88dc496938fa701d40af11cc600e213cd', operation='UPDATE OR DELETE', pgid='pgtrigger_registerentry_is_kept_6cb18', table='members_registerentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sharesubscription',
            trigger=pgtrigger.compiler.Trigger(name='sharesubscription_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='fb15af6cf28aba31c4bc79adf5351784d548e534', operation='UPDATE OR DELETE', pgid='pgtrigger_sharesubscription_is_kept_899b7', table='members_sharesubscription', when='BEFORE')),
        ),
    ]
