import coop.ledger.models
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
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(choices=[('bank', 'bank'), ('in_transit', 'in_transit'), ('receivable', 'receivable'), ('input_vat', 'input_vat'), ('vat', 'vat'), ('vat_not_due', 'vat_not_due'), ('vat_awaiting_refund', 'vat_awaiting_refund'), ('client_credit', 'client_credit'), ('net_pay', 'net_pay'), ('wage_tax', 'wage_tax'), ('funds', 'funds'), ('levies', 'levies'), ('payable_member', 'payable_member'), ('unmatched', 'unmatched'), ('members_capital', 'members_capital'), ('capital_of_departed', 'capital_of_departed'), ('loss_carried', 'loss_carried'), ('revenue', 'revenue'), ('revenue_eu', 'revenue_eu'), ('revenue_third_country', 'revenue_third_country'), ('wages', 'wages'), ('employer_cost', 'employer_cost'), ('bad_debt', 'bad_debt'), ('interest_income', 'interest_income'), ('flat_fee_income', 'flat_fee_income'), ('bank_charges', 'bank_charges'), ('alloc', 'alloc'), ('pending', 'pending'), ('free', 'free'), ('fee', 'fee'), ('release', 'release'), ('shortfall', 'shortfall')], max_length=40)),
                ('layer', models.SmallIntegerField(choices=[(1, 'LEGAL'), (2, 'ALLOCATION')])),
                ('per_budget', models.BooleanField(default=False)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='account_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='account_in_coop'), models.UniqueConstraint(fields=('coop', 'code'), name='account_code_once'), models.UniqueConstraint(fields=('coop', 'id', 'layer'), name='account_with_layer')],
            },
        ),
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('personal', 'personal'), ('collective', 'collective')], default='personal', max_length=12)),
                ('opened_on', models.DateField()),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='budget_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='budget_in_coop')],
            },
        ),
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('monthly_cents', models.BigIntegerField()),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('settled_until', models.DateField()),
                ('budget', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='ledger.budget')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'budget'], name='ledger_comm_coop_id_e996b1_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='commitment_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='commitment_in_coop'), coop.tenancy.fence.SameCoop(field='budget', name='commitment_budget_same_coop'), models.UniqueConstraint(fields=('coop', 'source'), name='commitment_source_once'), models.CheckConstraint(condition=models.Q(('monthly_cents__gt', 0)), name='commitment_positive'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='commitment_has_months'), models.CheckConstraint(condition=models.Q(('settled_until__day', 1), ('since__day', 1), ('until__day', 1)), name='commitment_whole_months')],
            },
        ),
        migrations.CreateModel(
            name='Cover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=60)),
                ('cents', models.BigIntegerField()),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('budget', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='covers', to='ledger.budget')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'budget'], name='ledger_cove_coop_id_97b76d_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='cover_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='cover_in_coop'), coop.tenancy.fence.SameCoop(field='budget', name='cover_budget_same_coop'), models.UniqueConstraint(fields=('coop', 'source'), name='cover_source_once'), models.CheckConstraint(condition=models.Q(('cents__gte', 0)), name='cover_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField()),
                ('booked_on', models.DateField(help_text='Lies in an open period.')),
                ('event_on', models.DateField(help_text='When it truly happened.')),
                ('source', models.CharField(max_length=120)),
                ('document', models.CharField(blank=True, max_length=80)),
                ('text', models.CharField(max_length=300)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('digest', models.CharField(max_length=64)),
                ('posting_count', models.PositiveIntegerField(help_text='How many postings it has, all from one statement.')),
                ('born_in', models.BigIntegerField(default=0, editable=False)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('posted_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reverses', coop.tenancy.fence.CoopOneToOneField(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='ledger.entry')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'booked_on'], name='ledger_entr_coop_id_ee697d_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='entry_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='entry_in_coop'), coop.tenancy.fence.SameCoop(field='reverses', name='entry_reverses_same_coop'), models.UniqueConstraint(fields=('coop', 'source'), name='entry_source_once'), models.UniqueConstraint(fields=('coop', 'number'), name='entry_number_once')],
            },
        ),
        migrations.CreateModel(
            name='Period',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='First day of the month.')),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('chain', models.CharField(blank=True, max_length=64)),
                ('closed_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='period_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='period_in_coop'), models.UniqueConstraint(fields=('coop', 'month'), name='period_month_once'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='period_is_a_month'), models.CheckConstraint(condition=models.Q(models.Q(('chain', ''), ('closed_at__isnull', True), ('closed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), models.Q(('chain', ''), _negated=True)), _connector='OR'), name='period_closed_whole')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('layer', models.SmallIntegerField()),
                ('amount_cents', models.BigIntegerField()),
                ('party', models.CharField(blank=True, max_length=60)),
                ('service_month', models.DateField(blank=True, null=True)),
                ('tax_month', models.DateField(blank=True, null=True)),
                ('account', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.account')),
                ('budget', coop.tenancy.fence.CoopForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.budget')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('entry', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='ledger.entry')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'entry'], name='ledger_post_coop_id_5ee6f3_idx'), models.Index(fields=['coop', 'account'], name='ledger_post_coop_id_f042ef_idx'), models.Index(condition=models.Q(('budget__isnull', False)), fields=['coop', 'budget', 'account'], include=('amount_cents',), name='posting_of_budget'), models.Index(condition=models.Q(('party', ''), _negated=True), fields=['coop', 'party'], include=('amount_cents',), name='posting_of_party')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='posting_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='posting_in_coop'), coop.tenancy.fence.SameCoop(field='budget', name='posting_budget_same_coop'), models.CheckConstraint(condition=models.Q(('amount_cents', 0), _negated=True), name='posting_not_zero'), coop.ledger.models.LayerOfAccount(name='posting_layer_of_account')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='account_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ee27e9271912200d2616773863cc85e8cdc1509b', operation='UPDATE OR DELETE', pgid='pgtrigger_account_is_kept_5eddb', table='ledger_account', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='account',
            trigger=pgtrigger.compiler.Trigger(name='account_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: account: rows are kept';", hash='6b01fb07c88fd6f3e8e6484fd2dccaea75402a6c', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_account_no_truncate_4dd72', table='ledger_account', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='entry_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='808e49f6e37cfd565c6de9620e0025035b937d71', operation='UPDATE OR DELETE', pgid='pgtrigger_entry_is_kept_fe44c', table='ledger_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='entry_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: entry: rows are kept';", hash='b4d2e9848a90b2704116f05c193c7c4fd5b7f958', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_entry_no_truncate_57f08', table='ledger_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='entry_birth', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.born_in := pg_current_xact_id()::text::bigint; RETURN NEW;', hash='5496e8331f651f4fba6490e2c5e3ff6b96122168', operation='INSERT', pgid='pgtrigger_entry_birth_f0f35', table='ledger_entry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='entry_in_open_period', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE wrong date;', func="\n                    -- The lock lets a period close only before or after this transaction, never during it.\n                    PERFORM 1 FROM ledger_period p\n                      WHERE (p.coop_id, p.month) IN (SELECT coop_id, date_trunc('month', booked_on)::date FROM born)\n                      FOR SHARE;\n                    SELECT min(b.booked_on) INTO wrong FROM born b WHERE NOT EXISTS (\n                        SELECT FROM ledger_period p WHERE p.coop_id = b.coop_id\n                          AND p.month = date_trunc('month', b.booked_on)::date AND p.closed_at IS NULL);\n                    IF wrong IS NOT NULL THEN\n                        RAISE check_violation USING CONSTRAINT = 'entry_in_open_period',\n                            MESSAGE = format('no open period for %s', wrong);\n                    END IF;\n                    RETURN NULL;\n                ", hash='21bc7f440a2eb26fd39bae4f721282699cfb3eef', level='STATEMENT', operation='INSERT', pgid='pgtrigger_entry_in_open_period_9af8b', referencing='REFERENCING NEW TABLE AS born ', table='ledger_entry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='entry',
            trigger=pgtrigger.compiler.Trigger(name='entry_balances', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', declare='DECLARE legal bigint; allocation bigint; postings bigint;', func="\n                    SELECT count(*), coalesce(sum(amount_cents) FILTER (WHERE layer = 1), 0),\n                           coalesce(sum(amount_cents) FILTER (WHERE layer = 2), 0)\n                      INTO postings, legal, allocation\n                      FROM ledger_posting WHERE coop_id = NEW.coop_id AND entry_id = NEW.id;\n                    -- Rows that the fence hides count as none, and no postings are refused.\n                    IF postings = 0 OR postings <> NEW.posting_count\n                       OR legal IS DISTINCT FROM 0 OR allocation IS DISTINCT FROM 0 THEN\n                        RAISE check_violation USING CONSTRAINT = 'entry_balances',\n                            MESSAGE = format('entry %s does not balance', NEW.source);\n                    END IF;\n                    RETURN NULL;\n                ", hash='716fad789978f8e79461532a9d3acf357df56269', operation='INSERT', pgid='pgtrigger_entry_balances_46a3e', table='ledger_entry', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='period_stays_closed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."closed_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='1eef47e07fa3297e75beefc212ca4f8a08f5f0a5', operation='UPDATE', pgid='pgtrigger_period_stays_closed_57d27', table='ledger_period', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='period_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='41f39d94cba6a4ab818999b63657ea5c8efbbf5c', operation='DELETE', pgid='pgtrigger_period_is_kept_c40bb', table='ledger_period', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='period',
            trigger=pgtrigger.compiler.Trigger(name='period_keeps_its_month', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."month" IS DISTINCT FROM (NEW."month"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='f2caed3798cd82438fa085b24a4536e4ca123bcd', operation='UPDATE', pgid='pgtrigger_period_keeps_its_month_16a74', table='ledger_period', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='posting',
            trigger=pgtrigger.compiler.Trigger(name='posting_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='68a6216eddab056c668ef9c9d96fe3d501b2ad90', operation='UPDATE OR DELETE', pgid='pgtrigger_posting_is_kept_35b92', table='ledger_posting', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='posting',
            trigger=pgtrigger.compiler.Trigger(name='posting_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: posting: rows are kept';", hash='27aefd927d720af897efe6241e759bca6c60a2d7', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_posting_no_truncate_e2913', table='ledger_posting', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='posting',
            trigger=pgtrigger.compiler.Trigger(name='posting_born_with_entry', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE bulk boolean; wrong text;', func="\n                    -- On a young table the planner takes one cooperative for a two-hundredth of the rows and loops;\n                    -- many postings at once are hashed.\n                    SELECT count(*) > 200 INTO bulk FROM born;\n                    IF bulk THEN PERFORM set_config('enable_nestloop', 'off', true); END IF;\n                    SELECT CASE WHEN e.born_in IS DISTINCT FROM pg_current_xact_id()::text::bigint\n                                  OR e.posting_count <> b.postings\n                                THEN 'posting_born_with_entry' ELSE 'entry_balances' END INTO wrong\n                      FROM (SELECT coop_id, entry_id, count(*) AS postings,\n                                   coalesce(sum(amount_cents) FILTER (WHERE layer = 1), 0) AS legal,\n                                   coalesce(sum(amount_cents) FILTER (WHERE layer = 2), 0) AS allocation\n                              FROM born GROUP BY coop_id, entry_id) b\n                      LEFT JOIN ledger_entry e ON e.coop_id = b.coop_id AND e.id = b.entry_id\n                           AND e.born_in = pg_current_xact_id()::text::bigint\n                     WHERE e.born_in IS NULL OR e.posting_count <> b.postings OR b.legal <> 0 OR b.allocation <> 0\n                     LIMIT 1;\n                    IF wrong IS NULL AND EXISTS (\n                        SELECT FROM born b LEFT JOIN ledger_account a ON a.coop_id = b.coop_id AND a.id = b.account_id\n                         WHERE a.per_budget IS DISTINCT FROM (b.budget_id IS NOT NULL)\n                    ) THEN\n                        wrong := 'posting_names_budget';\n                    END IF;\n                    IF bulk THEN PERFORM set_config('enable_nestloop', 'on', true); END IF;\n                    IF wrong IS NOT NULL THEN\n                        RAISE check_violation USING CONSTRAINT = wrong, MESSAGE = CASE wrong\n                            WHEN 'entry_balances' THEN 'the postings of an entry do not balance'\n                            WHEN 'posting_names_budget' THEN 'budget accounts name a budget, others none'\n                            ELSE 'all postings of an entry are born with it, in one statement' END;\n                    END IF;\n                    RETURN NULL;\n                ", hash='f377b14c0ab2a81ea6be5bd1796873ccbff4356a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_posting_born_with_entry_22994', referencing='REFERENCING NEW TABLE AS born ', table='ledger_posting', when='AFTER')),
        ),
    ]
