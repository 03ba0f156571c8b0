import coop.tenancy.fence
import coop.tenancy.scope
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.operations
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('ledger', '0001_initial'),
        ('members', '0001_initial'),
        ('tenancy', '0001_initial'),
        ('tenancy', '__first__'),
    ]

    operations = [
        django.contrib.postgres.operations.BtreeGistExtension(
        ),
        migrations.CreateModel(
            name='EmploymentContract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gross_cents', models.BigIntegerField(verbose_name='monthly gross salary')),
                ('weekly_hours', models.DecimalField(decimal_places=2, max_digits=4, validators=[django.core.validators.MinValueValidator(Decimal('1')), django.core.validators.MaxValueValidator(48)], verbose_name='hours a week')),
                ('kind', models.CharField(choices=[('auto', 'by pay: Minijob, transition range or regular'), ('full', 'regular')], default='auto', max_length=10)),
                ('position', models.CharField(max_length=200, verbose_name='work')),
                ('starts_on', models.DateField(verbose_name='first day')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends on (that day no longer counts)')),
                ('agreed_at', models.DateTimeField()),
                ('agreed_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('person', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='members.person')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'person'], name='payroll_emp_coop_id_3d4995_idx'), models.Index(fields=['coop', 'starts_on'], name='payroll_emp_coop_id_664b8f_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='employmentcontract_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='employmentcontract_in_coop'), coop.tenancy.fence.SameCoop(field='person', name='employmentcontract_person_same_coop'), models.CheckConstraint(condition=models.Q(('gross_cents__gt', 0)), name='employmentcontract_pay_positive'), models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='employmentcontract_lasts'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('coop', '='), ('person', '='), (models.Func('starts_on', 'ends_on', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=False), function='daterange', output_field=django.contrib.postgres.fields.ranges.DateRangeField()), '&&')], name='employmentcontract_one_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='HealthFund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('number', models.CharField(max_length=8, verbose_name='employer number of the fund (Betriebsnummer)')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='healthfund_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='healthfund_in_coop'), models.UniqueConstraint(fields=('coop', 'number'), name='healthfund_number_once')],
            },
        ),
        migrations.CreateModel(
            name='HealthFundRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('additional_rate', models.DecimalField(decimal_places=5, max_digits=6, verbose_name='additional rate, as a share of pay')),
                ('source', models.CharField(max_length=200)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('fund', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='rates', to='payroll.healthfund')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'fund'], name='payroll_hea_coop_id_492452_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='healthfundrate_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='healthfundrate_in_coop'), coop.tenancy.fence.SameCoop(field='fund', name='healthfundrate_fund_same_coop'), models.UniqueConstraint(fields=('coop', 'fund', 'since'), name='healthfundrate_once_a_day'), models.CheckConstraint(condition=models.Q(('additional_rate__gte', 0), ('additional_rate__lt', Decimal('0.1'))), name='healthfundrate_is_a_share')],
            },
        ),
        migrations.CreateModel(
            name='InsuranceData',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(verbose_name='since')),
                ('insurance_number', models.CharField(max_length=12, verbose_name='social insurance number')),
                ('childless', models.BooleanField(default=False, verbose_name='no children (care insurance surcharge)')),
                ('children_under25', models.PositiveSmallIntegerField(default=0, verbose_name='children under 25')),
                ('entered_at', models.DateTimeField()),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('entered_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('fund', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payroll.healthfund')),
                ('person', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='insurance_data', to='members.person')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'person'], name='payroll_ins_coop_id_4b7957_idx'), models.Index(fields=['coop', 'fund'], name='payroll_ins_coop_id_5cedc4_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='insurancedata_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='insurancedata_in_coop'), coop.tenancy.fence.SameCoop(field='person', name='insurancedata_person_same_coop'), coop.tenancy.fence.SameCoop(field='fund', name='insurancedata_fund_same_coop'), models.UniqueConstraint(fields=('coop', 'person', 'since'), name='insurancedata_once_a_day'), models.CheckConstraint(condition=models.Q(('since__day', 1)), name='insurancedata_from_a_first'), models.CheckConstraint(condition=models.Q(('childless', False), ('children_under25', 0), _connector='OR'), name='insurancedata_children')],
            },
        ),
        migrations.CreateModel(
            name='PayoutAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(verbose_name='since')),
                ('iban', models.CharField(max_length=34, verbose_name='IBAN')),
                ('holder', models.CharField(max_length=70, verbose_name='account holder, as the bank knows it')),
                ('entered_at', models.DateTimeField()),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('entered_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payout_accounts', to='members.person')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'person'], name='payroll_pay_coop_id_9aaa7b_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='payoutaccount_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='payoutaccount_in_coop'), coop.tenancy.fence.SameCoop(field='person', name='payoutaccount_person_same_coop'), models.UniqueConstraint(fields=('coop', 'person', 'since'), name='payoutaccount_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='PayrollRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('pay_on', models.DateField()),
                ('state', models.CharField(choices=[('computing', 'being computed'), ('computed', 'to be reviewed'), ('approved', 'being posted'), ('posted', 'posted')], default='computing', max_length=10)),
                ('people', models.JSONField(default=list, help_text='Ids of the people it computes.')),
                ('started_at', models.DateTimeField()),
                ('computed_at', models.DateTimeField(blank=True, null=True)),
                ('approved_at', models.DateTimeField(blank=True, null=True)),
                ('posted_at', models.DateTimeField(blank=True, null=True)),
                ('approved_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('computed_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='payrollrun_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='payrollrun_in_coop'), models.UniqueConstraint(fields=('coop', 'month', 'number'), name='payrollrun_number_once'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='payrollrun_is_a_month'), models.UniqueConstraint(condition=models.Q(('state', 'posted'), _negated=True), fields=('coop', 'month'), name='payrollrun_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='payrollrun_approved_pair'), models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), ('computed_by__isnull', True), models.Q(('approved_by', models.F('computed_by')), _negated=True), _connector='OR'), name='payrollrun_second_person')],
            },
        ),
        migrations.CreateModel(
            name='Payslip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('state', models.CharField(choices=[('failed', 'something is missing'), ('draft', 'draft'), ('posted', 'posted')], max_length=10)),
                ('problem', models.CharField(blank=True, max_length=400)),
                ('gross_cents', models.BigIntegerField(default=0)),
                ('employee_cents', models.BigIntegerField(default=0)),
                ('employer_cents', models.BigIntegerField(default=0)),
                ('levies_cents', models.BigIntegerField(default=0)),
                ('flat_tax_cents', models.BigIntegerField(default=0)),
                ('wage_tax_cents', models.BigIntegerField(default=0)),
                ('soli_cents', models.BigIntegerField(default=0)),
                ('church_tax_cents', models.BigIntegerField(default=0)),
                ('net_cents', models.BigIntegerField(default=0)),
                ('cost_cents', models.BigIntegerField(default=0)),
                ('shortfall_cents', models.BigIntegerField(default=0)),
                ('inputs', models.JSONField(default=dict)),
                ('lines', models.JSONField(default=list)),
                ('law_digest', models.CharField(blank=True, max_length=64)),
                ('posted_on', models.DateField(blank=True, null=True)),
                ('budget', coop.tenancy.fence.CoopForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.budget')),
                ('contract', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payslips', to='payroll.employmentcontract')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('corrects', coop.tenancy.fence.CoopForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='payroll.payslip')),
                ('person', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payslips', to='members.person')),
                ('run', coop.tenancy.fence.CoopForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payslips', to='payroll.payrollrun')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'run'], name='payroll_pay_coop_id_a52cca_idx'), models.Index(fields=['coop', 'person'], name='payroll_pay_coop_id_c9cce8_idx'), models.Index(fields=['coop', 'contract'], name='payroll_pay_coop_id_9633d1_idx'), models.Index(fields=['coop', 'budget'], name='payroll_pay_coop_id_4c2803_idx'), models.Index(fields=['coop', 'corrects'], name='payroll_pay_coop_id_453e8b_idx'), models.Index(fields=['coop', 'month'], name='payroll_pay_coop_id_a45337_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='payslip_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='payslip_in_coop'), coop.tenancy.fence.SameCoop(field='run', name='payslip_run_same_coop'), coop.tenancy.fence.SameCoop(field='person', name='payslip_person_same_coop'), coop.tenancy.fence.SameCoop(field='contract', name='payslip_contract_same_coop'), coop.tenancy.fence.SameCoop(field='budget', name='payslip_budget_same_coop'), coop.tenancy.fence.SameCoop(field='corrects', name='payslip_corrects_same_coop'), models.UniqueConstraint(fields=('coop', 'run', 'person'), name='payslip_once_a_run'), models.UniqueConstraint(condition=models.Q(('corrects__isnull', True), ('state', 'posted')), fields=('coop', 'person', 'month'), name='payslip_posted_once_a_month'), models.UniqueConstraint(condition=models.Q(('corrects__isnull', False)), fields=('coop', 'corrects'), name='payslip_corrected_once'), models.CheckConstraint(condition=models.Q(('net_cents', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('gross_cents'), '-', models.F('employee_cents')), '-', models.F('wage_tax_cents')), '-', models.F('soli_cents')), '-', models.F('church_tax_cents')))), name='payslip_net_adds_up'), models.CheckConstraint(condition=models.Q(('cost_cents', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('gross_cents'), '+', models.F('employer_cents')), '+', models.F('levies_cents')), '+', models.F('flat_tax_cents')))), name='payslip_cost_adds_up'), models.CheckConstraint(condition=models.Q(('state', 'failed'), ('budget__isnull', False), _connector='OR'), name='payslip_has_budget'), models.CheckConstraint(condition=models.Q(models.Q(('posted_on__isnull', False), ('state', 'posted')), models.Q(models.Q(('state', 'posted'), _negated=True), ('posted_on__isnull', True)), _connector='OR'), name='payslip_posted_with_day')],
            },
        ),
        migrations.CreateModel(
            name='TaxData',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(verbose_name='since')),
                ('tax_id', models.CharField(max_length=11, verbose_name='tax identification number')),
                ('tax_class', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(6)], verbose_name='tax class')),
                ('factor', models.DecimalField(blank=True, decimal_places=3, max_digits=4, null=True, verbose_name='factor (class 4)')),
                ('child_allowances', models.DecimalField(decimal_places=1, default=Decimal('0'), max_digits=3, verbose_name='child allowances')),
                ('church', models.CharField(choices=[('none', 'none'), ('yes', 'church tax')], default='none', max_length=5, verbose_name='church tax')),
                ('federal_state', models.CharField(max_length=2, verbose_name='federal state of residence')),
                ('entered_at', models.DateTimeField()),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('entered_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tax_data', to='members.person')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'person'], name='payroll_tax_coop_id_03494e_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='taxdata_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='taxdata_in_coop'), coop.tenancy.fence.SameCoop(field='person', name='taxdata_person_same_coop'), models.UniqueConstraint(fields=('coop', 'person', 'since'), name='taxdata_once_a_day'), models.CheckConstraint(condition=models.Q(('since__day', 1)), name='taxdata_from_a_first'), models.CheckConstraint(condition=models.Q(('tax_class__gte', 1), ('tax_class__lte', 6)), name='taxdata_class')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='employmentcontract',
            trigger=pgtrigger.compiler.Trigger(name='employmentcontract_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='10430c2f0595a9f99ab4c702bd6d70204208caa8', operation='DELETE', pgid='pgtrigger_employmentcontract_is_kept_33d60', table='payroll_employmentcontract', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='employmentcontract',
            trigger=pgtrigger.compiler.Trigger(name='employmentcontract_is_agreed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."agreed_at" IS DISTINCT FROM (NEW."agreed_at") OR OLD."agreed_by_id" IS DISTINCT FROM (NEW."agreed_by_id") OR OLD."coop_id" IS DISTINCT FROM (NEW."coop_id") OR OLD."gross_cents" IS DISTINCT FROM (NEW."gross_cents") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."weekly_hours" IS DISTINCT FROM (NEW."weekly_hours"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='4847baf76bb8ba388c34d8e005f237b8f43925c8', operation='UPDATE', pgid='pgtrigger_employmentcontract_is_agreed_ec900', table='payroll_employmentcontract', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='healthfundrate',
            trigger=pgtrigger.compiler.Trigger(name='healthfundrate_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b93431eff3bb2303616fbb6590d4c649c7f05120', operation='UPDATE OR DELETE', pgid='pgtrigger_healthfundrate_is_kept_a609d', table='payroll_healthfundrate', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='insurancedata',
            trigger=pgtrigger.compiler.Trigger(name='insurancedata_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4a7d2028b030881b4f5815176f3663a14cd8b7b0', operation='UPDATE OR DELETE', pgid='pgtrigger_insurancedata_is_kept_86e8a', table='payroll_insurancedata', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payoutaccount',
            trigger=pgtrigger.compiler.Trigger(name='payoutaccount_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9852f34a3e6ee245ee6b682452c94928e8c2161c', operation='UPDATE OR DELETE', pgid='pgtrigger_payoutaccount_is_kept_4ef15', table='payroll_payoutaccount', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payrollrun',
            trigger=pgtrigger.compiler.Trigger(name='payrollrun_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{computing:computed,computed:computing,computed:approved,approved:posted}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='10b815352535e4b5f41af7bb3c5977d6f74c2812', operation='UPDATE', pgid='pgtrigger_payrollrun_steps_e1508', table='payroll_payrollrun', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payrollrun',
            trigger=pgtrigger.compiler.Trigger(name='payrollrun_births', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('computing'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='795f315e89f64af5eca42a085e47a0a9edbaaba3', operation='INSERT', pgid='pgtrigger_payrollrun_births_550f8', table='payroll_payrollrun', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payrollrun',
            trigger=pgtrigger.compiler.Trigger(name='payrollrun_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='18deacbe596ba7cab9e3fc6d05f478229081a2a9', operation='DELETE', pgid='pgtrigger_payrollrun_is_kept_71dd8', table='payroll_payrollrun', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payslip',
            trigger=pgtrigger.compiler.Trigger(name='payslip_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{failed:draft,draft:failed,draft:posted}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='f0f82c9ff8a76d78ef238813a3258c8c11d0d80a', operation='UPDATE', pgid='pgtrigger_payslip_steps_79a51', table='payroll_payslip', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payslip',
            trigger=pgtrigger.compiler.Trigger(name='payslip_births', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('failed', 'draft'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='3c6bcd3df5095d123fb2663ed4f034d840a339d3', operation='INSERT', pgid='pgtrigger_payslip_births_417c3', table='payroll_payslip', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payslip',
            trigger=pgtrigger.compiler.Trigger(name='payslip_stays_posted', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."state" = \'posted\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6f2dccdf1976a8e9fb24b1da939c1ae0e4a8ceb7', operation='UPDATE OR DELETE', pgid='pgtrigger_payslip_stays_posted_a54f5', table='payroll_payslip', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='taxdata',
            trigger=pgtrigger.compiler.Trigger(name='taxdata_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8f1103d75e38f12ac18f9ecb233eddd91d8941f0', operation='UPDATE OR DELETE', pgid='pgtrigger_taxdata_is_kept_20fc0', table='payroll_taxdata', when='BEFORE')),
        ),
    ]
