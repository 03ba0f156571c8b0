import coop.tenancy.fence
import coop.tenancy.scope
import django.db.models.deletion
import django.db.models.expressions
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
            name='BankAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('holder', models.CharField(max_length=70, verbose_name='account holder')),
                ('iban', models.CharField(max_length=34, verbose_name='IBAN')),
                ('bic', models.CharField(blank=True, max_length=11, verbose_name='BIC')),
                ('currency', models.CharField(default='EUR', max_length=3)),
                ('is_default', models.BooleanField(default=False, verbose_name='salaries and other payments leave from here')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='bankaccount_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='bankaccount_in_coop'), models.UniqueConstraint(fields=('coop', 'iban'), name='bankaccount_iban_once'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('coop',), name='bankaccount_one_default'), models.CheckConstraint(condition=models.Q(('currency', 'EUR')), name='bankaccount_in_euro')],
            },
        ),
        migrations.CreateModel(
            name='BankTransaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64)),
                ('amount_cents', models.BigIntegerField()),
                ('booked_on', models.DateField()),
                ('value_on', models.DateField(null=True)),
                ('counterparty_name', models.CharField(blank=True, max_length=200)),
                ('counterparty_iban', models.CharField(blank=True, max_length=34)),
                ('text', models.TextField(blank=True)),
                ('end_to_end_id', models.CharField(blank=True, max_length=100)),
                ('structured_reference', models.CharField(blank=True, max_length=100)),
                ('batch_id', models.CharField(blank=True, max_length=100)),
                ('returned', models.BooleanField(default=False)),
                ('return_reason', models.CharField(blank=True, max_length=40)),
                ('matched_cents', models.BigIntegerField(default=0, help_text='Explained so far, without sign.')),
                ('state', models.CharField(choices=[('unmatched', 'waiting'), ('part', 'matched in part'), ('matched', 'matched'), ('ignored', 'left aside')], default='unmatched', max_length=10)),
                ('ignored_reason', models.CharField(blank=True, max_length=200)),
                ('account', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='transactions', to='banking.bankaccount')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('source', models.CharField(max_length=40)),
                ('reference', models.CharField(max_length=40)),
                ('reference_key', models.CharField(help_text="The reference as payers' texts are searched for it.", max_length=40)),
                ('debtor', models.CharField(max_length=200)),
                ('amount_cents', models.BigIntegerField()),
                ('open_cents', models.BigIntegerField()),
                ('due_on', models.DateField()),
                ('opened_on', models.DateField()),
                ('state', models.CharField(choices=[('open', 'open'), ('part', 'paid in part'), ('settled', 'paid'), ('cancelled', 'cancelled')], default='open', max_length=10)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'state', 'due_on'], name='banking_cla_coop_id_86e550_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='claim_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='claim_in_coop'), models.UniqueConstraint(fields=('coop', 'source'), name='claim_source_once'), models.UniqueConstraint(fields=('coop', 'reference'), name='claim_reference_once'), models.UniqueConstraint(fields=('coop', 'reference_key'), name='claim_reference_key_once'), models.CheckConstraint(condition=models.Q(('open_cents__gte', 0), ('open_cents__lte', models.F('amount_cents'))), name='claim_open_within_amount'), models.CheckConstraint(condition=models.Q(models.Q(('open_cents', 0), ('state', 'cancelled')), models.Q(('open_cents', 0), ('state', 'settled')), models.Q(('amount_cents__gt', 0), ('open_cents', models.F('amount_cents')), ('state', 'open')), models.Q(('open_cents__gt', 0), ('open_cents__lt', models.F('amount_cents')), ('state', 'part')), _connector='OR'), name='claim_state_fits')],
            },
        ),
        migrations.CreateModel(
            name='PaymentOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('purpose', models.CharField(choices=[('SALA', 'salaries'), ('OTHR', 'other payments')], max_length=4)),
                ('reference', models.CharField(max_length=35)),
                ('execute_on', models.DateField()),
                ('total_cents', models.BigIntegerField()),
                ('cleared_cents', models.BigIntegerField(default=0)),
                ('state', models.CharField(choices=[('waiting', 'waiting for the second person'), ('approved', 'approved'), ('cleared', 'seen on the statement'), ('rejected', 'rejected')], default='waiting', max_length=10)),
                ('file', models.BinaryField()),
                ('file_sha256', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('account', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='banking.bankaccount')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('created_by', coop.tenancy.fence.LoginKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'account'], name='banking_pay_coop_id_d91547_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='paymentorder_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='paymentorder_in_coop'), coop.tenancy.fence.SameCoop(field='account', name='paymentorder_account_same_coop'), models.UniqueConstraint(condition=models.Q(('state', 'rejected'), _negated=True), fields=('coop', 'source'), name='paymentorder_source_once'), models.UniqueConstraint(fields=('coop', 'reference'), name='paymentorder_reference_once'), models.CheckConstraint(condition=models.Q(('total_cents__gt', 0)), name='paymentorder_positive'), models.CheckConstraint(condition=models.Q(('cleared_cents__gte', 0), ('cleared_cents__lte', models.F('total_cents'))), name='paymentorder_not_overcleared'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'waiting')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('state', 'waiting'), _negated=True)), _connector='OR'), name='paymentorder_decided_pair'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'cleared']), _negated=True), models.Q(('decided_by', models.F('created_by')), _negated=True), _connector='OR'), name='paymentorder_two_people')],
            },
        ),
        migrations.CreateModel(
            name='PaymentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.CharField(choices=[('bank', 'bank'), ('in_transit', 'in_transit'), ('receivable', 'receivable'), ('input_vat', 'input_vat'), ('vat', 'vat'), ('vat_not_due', 'vat_not_due'), ('vat_awaiting_refund', 'vat_awaiting_refund'), ('client_credit', 'client_credit'), ('net_pay', 'net_pay'), ('wage_tax', 'wage_tax'), ('funds', 'funds'), ('levies', 'levies'), ('payable_member', 'payable_member'), ('unmatched', 'unmatched'), ('members_capital', 'members_capital'), ('capital_of_departed', 'capital_of_departed'), ('loss_carried', 'loss_carried'), ('revenue', 'revenue'), ('revenue_eu', 'revenue_eu'), ('revenue_third_country', 'revenue_third_country'), ('wages', 'wages'), ('employer_cost', 'employer_cost'), ('bad_debt', 'bad_debt'), ('interest_income', 'interest_income'), ('flat_fee_income', 'flat_fee_income'), ('bank_charges', 'bank_charges'), ('alloc', 'alloc'), ('pending', 'pending'), ('free', 'free'), ('fee', 'fee'), ('release', 'release'), ('shortfall', 'shortfall')], max_length=40)),
                ('party', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=70)),
                ('iban', models.CharField(max_length=34)),
                ('cents', models.BigIntegerField()),
                ('text', models.CharField(blank=True, max_length=140)),
                ('end_to_end_id', models.CharField(max_length=35)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('order', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='banking.paymentorder')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'order'], name='banking_pay_coop_id_110a29_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='paymentline_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='paymentline_in_coop'), coop.tenancy.fence.SameCoop(field='order', name='paymentline_order_same_coop'), models.UniqueConstraint(fields=('coop', 'order', 'end_to_end_id'), name='paymentline_id_once'), models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='paymentline_positive')],
            },
        ),
        migrations.CreateModel(
            name='Match',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.CharField(blank=True, max_length=40)),
                ('cents', models.BigIntegerField()),
                ('settled_cents', models.BigIntegerField(default=0)),
                ('paid_before_cents', models.BigIntegerField(default=0, help_text='What the claim had received before.')),
                ('claim_amount_cents', models.BigIntegerField(default=0, help_text='What the claim was for at that time.')),
                ('on', models.DateField()),
                ('automatic', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, max_length=20)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('undone_on', models.DateField(blank=True, null=True)),
                ('claim', coop.tenancy.fence.CoopForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='banking.claim')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('made_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('returned_by', coop.tenancy.fence.CoopForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='banking.banktransaction')),
                ('transaction', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='banking.banktransaction')),
                ('undone_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', coop.tenancy.fence.CoopForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='matches', to='banking.paymentorder')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'transaction'], name='banking_mat_coop_id_402108_idx'), models.Index(fields=['coop', 'claim'], name='banking_mat_coop_id_c6973a_idx'), models.Index(fields=['coop', 'order'], name='banking_mat_coop_id_152640_idx'), models.Index(fields=['coop', 'returned_by'], name='banking_mat_coop_id_d991c0_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='match_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='match_in_coop'), coop.tenancy.fence.SameCoop(field='transaction', name='match_transaction_same_coop'), coop.tenancy.fence.SameCoop(field='claim', name='match_claim_same_coop'), coop.tenancy.fence.SameCoop(field='order', name='match_order_same_coop'), coop.tenancy.fence.SameCoop(field='returned_by', name='match_returned_by_same_coop'), models.CheckConstraint(condition=models.Q(('cents__gt', 0)), name='match_positive'), models.CheckConstraint(condition=models.Q(('settled_cents__gte', 0), ('settled_cents__lte', models.F('cents'))), name='match_settles_within'), models.CheckConstraint(condition=models.Q(models.Q(('account', ''), ('claim__isnull', False), ('order__isnull', True)), models.Q(('account', ''), ('claim__isnull', True), ('order__isnull', False)), models.Q(('claim__isnull', True), ('order__isnull', True), models.Q(('account', ''), _negated=True)), _connector='OR'), name='match_one_target'), models.CheckConstraint(condition=models.Q(('undone_on__isnull', False), models.Q(('returned_by__isnull', True), ('undone_by__isnull', True)), _connector='OR'), name='match_undone_whole')],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file_sha256', models.CharField(max_length=64)),
                ('position', models.PositiveSmallIntegerField(help_text='Which statement of the file, from 0.')),
                ('filename', models.CharField(max_length=200)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('from_on', models.DateField(null=True)),
                ('to_on', models.DateField(null=True)),
                ('opening_cents', models.BigIntegerField(null=True)),
                ('closing_cents', models.BigIntegerField(null=True)),
                ('gap_cents', models.BigIntegerField(help_text="What the file's own entries leave unexplained.", null=True)),
                ('new_count', models.PositiveIntegerField()),
                ('known_count', models.PositiveIntegerField()),
                ('imported_at', models.DateTimeField()),
                ('account', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='banking.bankaccount')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('imported_by', coop.tenancy.fence.LoginKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'account'], name='banking_sta_coop_id_92d547_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='statement_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='statement_in_coop'), coop.tenancy.fence.SameCoop(field='account', name='statement_account_same_coop'), models.UniqueConstraint(fields=('coop', 'account', 'file_sha256', 'position'), name='statement_of_a_file_once')],
            },
        ),
        migrations.AddField(
            model_name='banktransaction',
            name='statement',
            field=coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='transactions', to='banking.statement'),
        ),
        migrations.CreateModel(
            name='WorkItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('raised_on', models.DateField()),
                ('done_on', models.DateField(blank=True, null=True)),
                ('budget', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.budget')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('done_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'budget'], name='banking_wor_coop_id_7fa6fb_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='workitem_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='workitem_in_coop'), coop.tenancy.fence.SameCoop(field='budget', name='workitem_budget_same_coop'), models.UniqueConstraint(fields=('coop', 'source', 'budget'), name='workitem_once'), models.CheckConstraint(condition=models.Q(models.Q(('done_by__isnull', True), ('done_on__isnull', True)), models.Q(('done_by__isnull', False), ('done_on__isnull', False)), _connector='OR'), name='workitem_done_pair')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claim',
            trigger=pgtrigger.compiler.Trigger(name='claim_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{open:part,open:settled,open:cancelled,part:settled,part:open,part:cancelled,settled:part,settled:open,settled:cancelled}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='60a72c67c876ec271fb6425aa93b89d925ba9d2c', operation='UPDATE', pgid='pgtrigger_claim_steps_2be0b', table='banking_claim', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='claim',
            trigger=pgtrigger.compiler.Trigger(name='claim_births', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('open'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='9f9b1b31e3706c1d3430fc4fba3333c956ddb8ee', operation='INSERT', pgid='pgtrigger_claim_births_b3c95', table='banking_claim', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentorder',
            trigger=pgtrigger.compiler.Trigger(name='paymentorder_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{waiting:approved,waiting:rejected,approved:cleared,cleared:approved}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='75b29ad4d6fd385116574131bf7880d7d21f5b89', operation='UPDATE', pgid='pgtrigger_paymentorder_steps_86098', table='banking_paymentorder', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentorder',
            trigger=pgtrigger.compiler.Trigger(name='paymentorder_births', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('waiting'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='5fd3ce7b43f1f1ee9e6c9b6d2203797b4725927a', operation='INSERT', pgid='pgtrigger_paymentorder_births_764dc', table='banking_paymentorder', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentorder',
            trigger=pgtrigger.compiler.Trigger(name='paymentorder_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='48436117f570a212a0d0c6ee9de6389185bc0efb', operation='DELETE', pgid='pgtrigger_paymentorder_is_kept_8c09d', table='banking_paymentorder', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentorder',
            trigger=pgtrigger.compiler.Trigger(name='paymentorder_unchanged', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."execute_on" IS DISTINCT FROM (NEW."execute_on") OR OLD."file" IS DISTINCT FROM (NEW."file") OR OLD."file_sha256" IS DISTINCT FROM (NEW."file_sha256") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."total_cents" IS DISTINCT FROM (NEW."total_cents"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='f78094db0ba1c1e0b5cf8c5069824276cce0efa6', operation='UPDATE', pgid='pgtrigger_paymentorder_unchanged_04c7b', table='banking_paymentorder', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentline',
            trigger=pgtrigger.compiler.Trigger(name='paymentline_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='34441b5ce04d15d0bd6987677ac5ff81df2ff891', operation='UPDATE OR DELETE', pgid='pgtrigger_paymentline_is_kept_4eff9', table='banking_paymentline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='match',
            trigger=pgtrigger.compiler.Trigger(name='match_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='3281048a2747f706f51235f3db6b13c8a1323221', operation='DELETE', pgid='pgtrigger_match_is_kept_d3202', table='banking_match', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='match',
            trigger=pgtrigger.compiler.Trigger(name='match_stays_undone', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."undone_on" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='970851519e7f8399158efc6465b695553492a345', operation='UPDATE', pgid='pgtrigger_match_stays_undone_c2406', table='banking_match', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='match',
            trigger=pgtrigger.compiler.Trigger(name='match_unchanged', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."account" IS DISTINCT FROM (NEW."account") OR OLD."cents" IS DISTINCT FROM (NEW."cents") OR OLD."claim_id" IS DISTINCT FROM (NEW."claim_id") OR OLD."on" IS DISTINCT FROM (NEW."on") OR OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."settled_cents" IS DISTINCT FROM (NEW."settled_cents") OR OLD."transaction_id" IS DISTINCT FROM (NEW."transaction_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='2c2bd73cd4638f91a33a8c3e7150d050bb912ec9', operation='UPDATE', pgid='pgtrigger_match_unchanged_35d33', table='banking_match', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='statement',
            trigger=pgtrigger.compiler.Trigger(name='statement_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cd034fdacf75f5e65760465b6729b0a7a2eea5f7', operation='UPDATE OR DELETE', pgid='pgtrigger_statement_is_kept_17807', table='banking_statement', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='banktransaction',
            index=models.Index(fields=['coop', 'statement'], name='banking_ban_coop_id_ba387f_idx'),
        ),
        migrations.AddIndex(
            model_name='banktransaction',
            index=models.Index(fields=['coop', 'state', 'booked_on'], name='banking_ban_coop_id_7876b8_idx'),
        ),
        migrations.AddIndex(
            model_name='banktransaction',
            index=models.Index(condition=models.Q(('end_to_end_id', ''), _negated=True), fields=['coop', 'end_to_end_id'], name='banktransaction_e2e'),
        ),
        migrations.AddConstraint(
            model_name='banktransaction',
            constraint=coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='banktransaction_fence'),
        ),
        migrations.AddConstraint(
            model_name='banktransaction',
            constraint=models.UniqueConstraint(fields=('coop', 'id'), name='banktransaction_in_coop'),
        ),
        migrations.AddConstraint(
            model_name='banktransaction',
            constraint=coop.tenancy.fence.SameCoop(field='account', name='banktransaction_account_same_coop'),
        ),
        migrations.AddConstraint(
            model_name='banktransaction',
            constraint=coop.tenancy.fence.SameCoop(field='statement', name='banktransaction_statement_same_coop'),
        ),
        migrations.AddConstraint(
            model_name='banktransaction',
            constraint=models.UniqueConstraint(fields=('coop', 'account', 'fingerprint'), name='banktransaction_once'),
        ),
        migrations.AddConstraint(
            model_name='banktransaction',
            constraint=models.CheckConstraint(condition=models.Q(('amount_cents', 0), _negated=True), name='banktransaction_not_zero'),
        ),
        migrations.AddConstraint(
            model_name='banktransaction',
            constraint=models.CheckConstraint(condition=models.Q(('matched_cents__gte', 0), models.Q(('matched_cents__lte', models.F('amount_cents')), ('matched_cents__lte', django.db.models.expressions.CombinedExpression(models.F('amount_cents'), '*', models.Value(-1))), _connector='OR')), name='banktransaction_not_overmatched'),
        ),
        migrations.AddConstraint(
            model_name='banktransaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ignored'), models.Q(('ignored_reason', ''), _negated=True)), models.Q(models.Q(('state', 'ignored'), _negated=True), ('ignored_reason', '')), _connector='OR'), name='banktransaction_ignored_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='banktransaction',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['unmatched', 'ignored']), _negated=True), ('matched_cents', 0), _connector='OR'), name='banktransaction_state_fits'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='banktransaction',
            trigger=pgtrigger.compiler.Trigger(name='banktransaction_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{unmatched:part,unmatched:matched,unmatched:ignored,part:matched,part:unmatched,matched:part,matched:unmatched,ignored:unmatched}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='7f989205faf677b0b25d446a70cc81577d8f0e90', operation='UPDATE', pgid='pgtrigger_banktransaction_steps_5bc55', table='banking_banktransaction', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='banktransaction',
            trigger=pgtrigger.compiler.Trigger(name='banktransaction_births', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('unmatched'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='f21c41a95c20f5e164c199d9ee70a3f13cd3e247', operation='INSERT', pgid='pgtrigger_banktransaction_births_23d99', table='banking_banktransaction', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='banktransaction',
            trigger=pgtrigger.compiler.Trigger(name='banktransaction_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='05ac77b426abcb92d1b0d826f7082337fa332253', operation='DELETE', pgid='pgtrigger_banktransaction_is_kept_3233b', table='banking_banktransaction', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='banktransaction',
            trigger=pgtrigger.compiler.Trigger(name='banktransaction_unchanged', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."amount_cents" IS DISTINCT FROM (NEW."amount_cents") OR OLD."booked_on" IS DISTINCT FROM (NEW."booked_on") OR OLD."counterparty_iban" IS DISTINCT FROM (NEW."counterparty_iban") OR OLD."fingerprint" IS DISTINCT FROM (NEW."fingerprint") OR OLD."text" IS DISTINCT FROM (NEW."text"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='4c3d3d423221743ed7bcb4f3a3f57df4169acd3f', operation='UPDATE', pgid='pgtrigger_banktransaction_unchanged_76d7b', table='banking_banktransaction', when='BEFORE')),
        ),
    ]
