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
            name='Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='legal name')),
                ('contact', models.CharField(blank=True, max_length=200, verbose_name='contact person')),
                ('kind', models.CharField(choices=[('business', 'Business'), ('private', 'Private person'), ('public', 'Public body')], default='business', max_length=10, verbose_name='kind of client')),
                ('street', models.CharField(max_length=200, verbose_name='street and number')),
                ('address_extra', models.CharField(blank=True, max_length=200, verbose_name='more of the address')),
                ('postcode', models.CharField(blank=True, max_length=20, verbose_name='postcode')),
                ('city', models.CharField(max_length=100, verbose_name='town')),
                ('region', models.CharField(blank=True, max_length=100, verbose_name='region or state')),
                ('country', models.CharField(default='DE', max_length=2, verbose_name='country')),
                ('vat_id', models.CharField(blank=True, max_length=20, verbose_name='VAT number')),
                ('language', models.CharField(choices=[('de', 'German'), ('en', 'English')], default='de', max_length=2, verbose_name='language of the invoice')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address for invoices')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('owner', coop.tenancy.fence.LoginKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'owner', 'name'], name='invoicing_c_coop_id_47f2f0_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='client_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='client_in_coop'), models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='client_country_code')],
            },
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40)),
                ('issued_on', models.DateField()),
                ('issued_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('due_on', models.DateField()),
                ('service_from', models.DateField()),
                ('service_until', models.DateField()),
                ('currency', models.CharField(default='EUR', max_length=3)),
                ('net_cents', models.BigIntegerField()),
                ('vat_cents', models.BigIntegerField()),
                ('gross_cents', models.BigIntegerField()),
                ('vat_case', models.CharField(choices=[('de_standard', 'Germany, 19 %'), ('de_reduced', 'Germany, 7 % (rights of use, performers)'), ('eu_reverse_charge', 'Other country of the EU, reverse charge'), ('third_country_business', 'Business outside the EU, no German VAT')], max_length=30)),
                ('vat_rate', models.DecimalField(decimal_places=4, max_digits=5)),
                ('vat_category', models.CharField(max_length=2)),
                ('vat_paragraph', models.CharField(max_length=120)),
                ('vat_wording_de', models.CharField(blank=True, max_length=200)),
                ('vat_wording_en', models.CharField(blank=True, max_length=200)),
                ('vat_scheme', models.CharField(choices=[('agreed', 'Agreed consideration: in the month of the supply'), ('received', 'Received consideration: when the client pays')], max_length=10)),
                ('tax_month', models.DateField(help_text='First day of the month of the supply.')),
                ('fee_rate', models.DecimalField(decimal_places=4, max_digits=5)),
                ('fee_cents', models.BigIntegerField()),
                ('language', models.CharField(choices=[('de', 'German'), ('en', 'English')], max_length=2)),
                ('order_reference', models.CharField(blank=True, max_length=80)),
                ('buyer_name', models.CharField(max_length=200)),
                ('seller', models.JSONField()),
                ('buyer', models.JSONField()),
                ('email', models.EmailField(max_length=254)),
                ('state', models.CharField(choices=[('issued', 'open'), ('paid', 'paid')], default='issued', max_length=10)),
                ('paid_cents', models.BigIntegerField(default=0)),
                ('paid_on', models.DateField(blank=True, null=True)),
                ('budget', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.budget')),
                ('client', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='invoicing.client')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('issued_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', coop.tenancy.fence.LoginKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='InvoiceLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=200)),
                ('description', models.TextField(blank=True)),
                ('net_cents', models.BigIntegerField()),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('invoice', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='invoicing.invoice')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='invoiceline_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='invoiceline_in_coop'), coop.tenancy.fence.SameCoop(field='invoice', name='invoiceline_invoice_same_coop'), models.UniqueConstraint(fields=('coop', 'invoice', 'position'), name='invoiceline_position_once')],
            },
        ),
        migrations.CreateModel(
            name='InvoicePayment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('match_id', models.BigIntegerField(help_text='The match of the bank that it belongs to.')),
                ('on', models.DateField()),
                ('cents', models.BigIntegerField()),
                ('free_cents', models.BigIntegerField()),
                ('vat_due_cents', models.BigIntegerField()),
                ('undone', models.BooleanField(default=False)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('invoice', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='invoicing.invoice')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'invoice'], name='invoicing_i_coop_id_01f54e_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='invoicepayment_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='invoicepayment_in_coop'), coop.tenancy.fence.SameCoop(field='invoice', name='invoicepayment_invoice_same_coop'), models.UniqueConstraint(fields=('coop', 'match_id'), name='invoicepayment_match_once'), models.CheckConstraint(condition=models.Q(('cents__gt', 0), ('free_cents__gte', 0), ('vat_due_cents__gte', 0)), name='invoicepayment_amounts')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='what is the job?')),
                ('description', models.TextField(blank=True, max_length=4000, verbose_name='description')),
                ('service_from', models.DateField(verbose_name='service from')),
                ('service_until', models.DateField(verbose_name='service until')),
                ('net_cents', models.BigIntegerField(verbose_name='net amount')),
                ('vat_case', models.CharField(choices=[('de_standard', 'Germany, 19 %'), ('de_reduced', 'Germany, 7 % (rights of use, performers)'), ('eu_reverse_charge', 'Other country of the EU, reverse charge'), ('third_country_business', 'Business outside the EU, no German VAT')], max_length=30, verbose_name='VAT')),
                ('order_reference', models.CharField(blank=True, max_length=80, verbose_name="the client's order number")),
                ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'in check'), ('returned', 'returned with a question'), ('accepted', 'accepted'), ('confirmed', 'confirmed by the client'), ('invoiced', 'invoiced'), ('paid', 'paid'), ('cancelled', 'cancelled')], default='draft', max_length=12)),
                ('state_on', models.DateField(help_text='Since when the state holds.')),
                ('return_reason', models.TextField(blank=True)),
                ('confirmed_on', models.DateField(blank=True, null=True)),
                ('confirmed_by_name', models.CharField(blank=True, max_length=200, verbose_name='who confirmed at the client')),
                ('confirmation_way', models.CharField(blank=True, choices=[('order', 'written order or e-mail'), ('contract', 'signed contract')], max_length=10, verbose_name='how')),
                ('confirmation_evidence', models.TextField(blank=True, verbose_name='evidence')),
                ('guaranteed', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('budget', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.budget')),
                ('client', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='invoicing.client')),
                ('confirmation_noted_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('owner', coop.tenancy.fence.LoginKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'budget'], name='invoicing_j_coop_id_6fd993_idx'), models.Index(fields=['coop', 'client'], name='invoicing_j_coop_id_1d156c_idx'), models.Index(fields=['coop', 'owner', '-id'], name='invoicing_j_coop_id_9a9ce1_idx'), models.Index(fields=['coop', 'state', '-id'], name='invoicing_j_coop_id_babb27_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='job_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='job_in_coop'), coop.tenancy.fence.SameCoop(field='budget', name='job_budget_same_coop'), coop.tenancy.fence.SameCoop(field='client', name='job_client_same_coop'), models.CheckConstraint(condition=models.Q(('net_cents__gt', 0)), name='job_net_positive'), models.CheckConstraint(condition=models.Q(('service_until__gte', models.F('service_from'))), name='job_service_period'), models.CheckConstraint(condition=models.Q(models.Q(('confirmation_noted_by__isnull', True), ('confirmation_way', ''), ('confirmed_on__isnull', True)), models.Q(('confirmation_noted_by__isnull', False), ('confirmed_on__isnull', False), models.Q(('confirmation_way', ''), _negated=True), models.Q(('confirmed_by_name', ''), _negated=True), models.Q(('confirmation_evidence', ''), _negated=True)), _connector='OR'), name='job_confirmed_whole'), models.CheckConstraint(condition=models.Q(('guaranteed', False), ('confirmed_on__isnull', False), _connector='OR'), name='job_guaranteed_is_confirmed')],
            },
        ),
        migrations.AddField(
            model_name='invoice',
            name='job',
            field=coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='invoices', to='invoicing.job'),
        ),
        migrations.CreateModel(
            name='JobMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by_owner', models.BooleanField()),
                ('text', models.TextField(max_length=4000, verbose_name='your message')),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('author', coop.tenancy.fence.LoginKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('job', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='invoicing.job')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'job', 'id'], name='invoicing_j_coop_id_efe3e8_idx'), models.Index(condition=models.Q(('read_at__isnull', True)), fields=['coop', 'job'], name='jobmessage_unread')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='jobmessage_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='jobmessage_in_coop'), coop.tenancy.fence.SameCoop(field='job', name='jobmessage_job_same_coop')],
            },
        ),
        migrations.CreateModel(
            name='JobStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'in check'), ('returned', 'returned with a question'), ('accepted', 'accepted'), ('confirmed', 'confirmed by the client'), ('invoiced', 'invoiced'), ('paid', 'paid'), ('cancelled', 'cancelled')], max_length=12)),
                ('on', models.DateField()),
                ('note', models.TextField(blank=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('job', coop.tenancy.fence.CoopForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='invoicing.job')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'job'], name='invoicing_j_coop_id_f6b8db_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='jobstep_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='jobstep_in_coop'), coop.tenancy.fence.SameCoop(field='job', name='jobstep_job_same_coop')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoiceline',
            trigger=pgtrigger.compiler.Trigger(name='invoiceline_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e4962b902497da61c2c7b9501ae909c759c5ab59', operation='UPDATE OR DELETE', pgid='pgtrigger_invoiceline_is_frozen_52391', table='invoicing_invoiceline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoicepayment',
            trigger=pgtrigger.compiler.Trigger(name='invoicepayment_stands', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."coop_id" IS DISTINCT FROM (NEW."coop_id") OR OLD."invoice_id" IS DISTINCT FROM (NEW."invoice_id") OR OLD."match_id" IS DISTINCT FROM (NEW."match_id") OR OLD."on" IS DISTINCT FROM (NEW."on") OR OLD."cents" IS DISTINCT FROM (NEW."cents") OR OLD."free_cents" IS DISTINCT FROM (NEW."free_cents") OR OLD."vat_due_cents" IS DISTINCT FROM (NEW."vat_due_cents"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='6f178bedfe9dee57a3e6654f1e4893cb1dcd8397', operation='UPDATE', pgid='pgtrigger_invoicepayment_stands_70303', table='invoicing_invoicepayment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoicepayment',
            trigger=pgtrigger.compiler.Trigger(name='invoicepayment_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='3250217d86454677ebee162a21a39bbbfa86719b', operation='DELETE', pgid='pgtrigger_invoicepayment_is_kept_d2e85', table='invoicing_invoicepayment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoicepayment',
            trigger=pgtrigger.compiler.Trigger(name='invoicepayment_stays_undone', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.undone AND NOT NEW.undone)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='825eeca50c9223d5b17b3cca730992deadc9cab0', operation='UPDATE', pgid='pgtrigger_invoicepayment_stays_undone_b512b', table='invoicing_invoicepayment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='job_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{draft:submitted,draft:cancelled,submitted:returned,submitted:accepted,submitted:cancelled,returned:submitted,returned:cancelled,accepted:confirmed,accepted:returned,accepted:cancelled,confirmed:invoiced,confirmed:cancelled,invoiced:paid,paid:invoiced}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='201eb570e125029db7d9c003b4b6564b6f9c2663', operation='UPDATE', pgid='pgtrigger_job_steps_36fff', table='invoicing_job', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='job_births', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('draft'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='ef8367c534e746f00b80038e4e7db73903b9efd6', operation='INSERT', pgid='pgtrigger_job_births_e5bb7', table='invoicing_job', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='job_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='be37486ec1321df87df8542b995a2127692bde2a', operation='DELETE', pgid='pgtrigger_job_is_kept_ef2b0', table='invoicing_job', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='job',
            trigger=pgtrigger.compiler.Trigger(name='job_content_stands', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.state NOT IN ('draft', 'returned') AND (OLD.owner_id, OLD.budget_id, OLD.client_id, OLD.title, OLD.description, OLD.service_from, OLD.service_until, OLD.net_cents, OLD.vat_case) IS DISTINCT FROM (NEW.owner_id, NEW.budget_id, NEW.client_id, NEW.title, NEW.description, NEW.service_from, NEW.service_until, NEW.net_cents, NEW.vat_case))", func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b4bcc0446c4605d562c4c990980c04909d014ae8', operation='UPDATE', pgid='pgtrigger_job_content_stands_3065a', table='invoicing_job', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['coop', 'client'], name='invoicing_i_coop_id_ff175e_idx'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['coop', '-issued_on', '-id'], name='invoicing_i_coop_id_aba5da_idx'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['coop', 'owner', '-issued_on', '-id'], name='invoicing_i_coop_id_2bc2ed_idx'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['coop', 'state', 'due_on'], name='invoicing_i_coop_id_950e43_idx'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='invoice_fence'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('coop', 'id'), name='invoice_in_coop'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=coop.tenancy.fence.SameCoop(field='job', name='invoice_job_same_coop'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=coop.tenancy.fence.SameCoop(field='client', name='invoice_client_same_coop'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=coop.tenancy.fence.SameCoop(field='budget', name='invoice_budget_same_coop'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('coop', 'number'), name='invoice_number_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(fields=('coop', 'job'), name='invoice_job_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('net_cents__gt', 0), ('vat_cents__gte', 0)), name='invoice_amounts'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('gross_cents', django.db.models.expressions.CombinedExpression(models.F('net_cents'), '+', models.F('vat_cents')))), name='invoice_gross_sums'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('fee_cents__gte', 0), ('fee_cents__lte', models.F('net_cents'))), name='invoice_fee_within_net'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(('paid_cents__gte', 0), ('paid_cents__lte', models.F('gross_cents'))), name='invoice_paid_within_gross'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('paid_cents', models.F('gross_cents')), ('paid_on__isnull', False), ('state', 'paid')), models.Q(('paid_cents__lt', models.F('gross_cents')), ('paid_on__isnull', True), ('state', 'issued')), _connector='OR'), name='invoice_paid_whole'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='invoice_steps', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{issued:paid,paid:issued}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='32ef4aca0d4412151d5f3a02711d29d80537073c', operation='UPDATE', pgid='pgtrigger_invoice_steps_e1d81', table='invoicing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='invoice_births', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.state NOT IN ('issued'))", func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='a9e8a6888c2ab56052705469b0dc48b22f2b018c', operation='INSERT', pgid='pgtrigger_invoice_births_1092a', table='invoicing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='invoice_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."coop_id" IS DISTINCT FROM (NEW."coop_id") OR OLD."job_id" IS DISTINCT FROM (NEW."job_id") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."budget_id" IS DISTINCT FROM (NEW."budget_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."issued_on" IS DISTINCT FROM (NEW."issued_on") OR OLD."issued_by_id" IS DISTINCT FROM (NEW."issued_by_id") OR OLD."issued_at" IS DISTINCT FROM (NEW."issued_at") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."service_from" IS DISTINCT FROM (NEW."service_from") OR OLD."service_until" IS DISTINCT FROM (NEW."service_until") OR OLD."currency" IS DISTINCT FROM (NEW."currency") OR OLD."net_cents" IS DISTINCT FROM (NEW."net_cents") OR OLD."vat_cents" IS DISTINCT FROM (NEW."vat_cents") OR OLD."gross_cents" IS DISTINCT FROM (NEW."gross_cents") OR OLD."vat_case" IS DISTINCT FROM (NEW."vat_case") OR OLD."vat_rate" IS DISTINCT FROM (NEW."vat_rate") OR OLD."vat_category" IS DISTINCT FROM (NEW."vat_category") OR OLD."vat_paragraph" IS DISTINCT FROM (NEW."vat_paragraph") OR OLD."vat_wording_de" IS DISTINCT FROM (NEW."vat_wording_de") OR OLD."vat_wording_en" IS DISTINCT FROM (NEW."vat_wording_en") OR OLD."vat_scheme" IS DISTINCT FROM (NEW."vat_scheme") OR OLD."tax_month" IS DISTINCT FROM (NEW."tax_month") OR OLD."fee_rate" IS DISTINCT FROM (NEW."fee_rate") OR OLD."fee_cents" IS DISTINCT FROM (NEW."fee_cents") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."order_reference" IS DISTINCT FROM (NEW."order_reference") OR OLD."buyer_name" IS DISTINCT FROM (NEW."buyer_name") OR OLD."seller" IS DISTINCT FROM (NEW."seller") OR OLD."buyer" IS DISTINCT FROM (NEW."buyer") OR OLD."email" IS DISTINCT FROM (NEW."email"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='0c3ed181601d5cc1846fcc7c1589f0b36afa693d', operation='UPDATE', pgid='pgtrigger_invoice_is_frozen_0c0e7', table='invoicing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='invoice_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ec8963f6046026334a1ff79cd64e6e8a4c723ca1', operation='DELETE', pgid='pgtrigger_invoice_is_kept_16084', table='invoicing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='invoice',
            trigger=pgtrigger.compiler.Trigger(name='invoice_no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: invoice: rows are kept';", hash='8a4ffdb168fd8d3a56df02c7abfad61dee1ca0c8', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_invoice_no_truncate_d02f5', table='invoicing_invoice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='jobmessage',
            trigger=pgtrigger.compiler.Trigger(name='jobmessage_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='39ab5e977ad1670a960a493299307e4e108aa76d', operation='DELETE', pgid='pgtrigger_jobmessage_is_kept_fe05a', table='invoicing_jobmessage', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='jobmessage',
            trigger=pgtrigger.compiler.Trigger(name='jobmessage_stands', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."coop_id" IS DISTINCT FROM (NEW."coop_id") OR OLD."job_id" IS DISTINCT FROM (NEW."job_id") OR OLD."author_id" IS DISTINCT FROM (NEW."author_id") OR OLD."by_owner" IS DISTINCT FROM (NEW."by_owner") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."at" IS DISTINCT FROM (NEW."at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b9b0ea4f62748e9815d8b7cf5b137297b825ee15', operation='UPDATE', pgid='pgtrigger_jobmessage_stands_5bb6f', table='invoicing_jobmessage', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='jobstep',
            trigger=pgtrigger.compiler.Trigger(name='jobstep_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a45b9f6e8da219664d835d4617a738249f5189d0', operation='UPDATE OR DELETE', pgid='pgtrigger_jobstep_is_kept_4ab9e', table='invoicing_jobstep', when='BEFORE')),
        ),
    ]
