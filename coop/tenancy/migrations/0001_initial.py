import coop.tenancy.fence
import coop.tenancy.scope
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Address',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?\\Z', 'Use small letters, digits and hyphens, at most 40.')])),
                ('coop_id', models.BigIntegerField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('language', models.CharField(default='de', max_length=5, verbose_name='language')),
                ('is_active', models.BooleanField(default=True)),
                ('joined_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once')],
            },
        ),
        migrations.CreateModel(
            name='Cooperative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.CharField(max_length=40, validators=[django.core.validators.RegexValidator('^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?\\Z', 'Use small letters, digits and hyphens, at most 40.')])),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('legal_form', models.CharField(default='eG', max_length=40, verbose_name='legal form')),
                ('street', models.CharField(max_length=200, verbose_name='street and number')),
                ('postcode', models.CharField(max_length=20, verbose_name='postcode')),
                ('city', models.CharField(max_length=100, verbose_name='city')),
                ('country', models.CharField(default='DE', max_length=2, verbose_name='country')),
                ('federal_state', models.CharField(help_text='Such as BE or BY.', max_length=2, verbose_name='federal state')),
                ('register_court', models.CharField(max_length=100, verbose_name='register court')),
                ('register_number', models.CharField(max_length=40, verbose_name='register number')),
                ('board_members', models.CharField(max_length=400, verbose_name='members of the board')),
                ('supervisory_chair', models.CharField(blank=True, max_length=200, verbose_name='chair of the supervisory board')),
                ('vat_id', models.CharField(blank=True, max_length=20, verbose_name='VAT number')),
                ('tax_number', models.CharField(blank=True, max_length=20, verbose_name='tax number')),
                ('employer_number', models.CharField(blank=True, max_length=8, verbose_name='employer number (Betriebsnummer)')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telephone')),
                ('invoice_prefix', models.CharField(default='RE', max_length=10, verbose_name='prefix of invoice numbers')),
                ('time_zone', models.CharField(default='Europe/Berlin', max_length=40)),
            ],
            options={
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='id', name='cooperative_fence')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('name', models.CharField(max_length=200)),
                ('role', models.CharField(choices=[('member', 'Member'), ('invoicing', 'Invoicing staff'), ('payroll', 'Payroll staff'), ('accountant', 'Accountant'), ('board', 'Board'), ('auditor', 'Auditor'), ('administrator', 'Administrator')], max_length=20)),
                ('token_hash', models.CharField(max_length=64)),
                ('invited_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('accepted_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('invited_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='invitation_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='invitation_in_coop'), models.UniqueConstraint(fields=('coop', 'token_hash'), name='invitation_token_once'), models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('accepted_by__isnull', True)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False)), _connector='OR'), name='invitation_accepted_pair')],
            },
        ),
        migrations.CreateModel(
            name='NumberRange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=40)),
                ('next_number', models.BigIntegerField(default=1)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='numberrange_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='numberrange_in_coop'), models.UniqueConstraint(fields=('coop', 'series'), name='numberrange_series_once')],
            },
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(verbose_name='since')),
                ('fee_rate', models.DecimalField(decimal_places=4, max_digits=5, verbose_name='fee on the net amount')),
                ('share_cents', models.BigIntegerField(verbose_name='one share, in cents')),
                ('payment_terms_days', models.PositiveSmallIntegerField(verbose_name='days to pay an invoice')),
                ('vat_scheme', models.CharField(choices=[('agreed', 'Agreed consideration: in the month of the supply'), ('received', 'Received consideration: when the client pays')], max_length=10, verbose_name='VAT scheme')),
                ('guarantee', models.CharField(choices=[('none', 'None'), ('eu', 'Confirmed orders of clients in the European Union')], max_length=10, verbose_name='payment guarantee')),
                ('run_day', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(28)], verbose_name='day of the month on which the salary run starts')),
                ('pay_day', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31)], verbose_name='pay day; 31 means the last bank day of the month')),
                ('levies_rate', models.DecimalField(decimal_places=5, max_digits=6, verbose_name='levies and accident insurance, as a share of gross pay')),
                ('advance_limit_cents', models.BigIntegerField(verbose_name='salary paid ahead of client money, at most for all members together, in cents')),
                ('decided_on', models.DateField(verbose_name='decided on')),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='policy_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='policy_in_coop'), models.UniqueConstraint(fields=('coop', 'since'), name='policy_once_a_day'), models.CheckConstraint(condition=models.Q(('fee_rate__gte', 0), ('fee_rate__lt', 1)), name='policy_fee_rate'), models.CheckConstraint(condition=models.Q(('share_cents__gt', 0)), name='policy_share_positive')],
            },
        ),
        migrations.CreateModel(
            name='RoleAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('member', 'Member'), ('invoicing', 'Invoicing staff'), ('payroll', 'Payroll staff'), ('accountant', 'Accountant'), ('board', 'Board'), ('auditor', 'Auditor'), ('administrator', 'Administrator')], max_length=20)),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
                ('deputy_of', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('granted_by', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', coop.tenancy.fence.LoginKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', 'user'], name='tenancy_rol_coop_id_51e3c4_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='roleassignment_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='roleassignment_in_coop'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gte', models.F('since')), _connector='OR'), name='roleassignment_until_after_since'), models.CheckConstraint(condition=models.Q(('deputy_of__isnull', True), ('until__isnull', False), _connector='OR'), name='roleassignment_deputies_end')],
            },
        ),
        migrations.CreateModel(
            name='AccessLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('action', models.CharField(max_length=60)),
                ('about', models.CharField(help_text='Kind and id of the thing, never its content.', max_length=200)),
                ('user', coop.tenancy.fence.LoginKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('coop', models.ForeignKey(db_index=False, default=coop.tenancy.scope.current_coop_id, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.cooperative')),
            ],
            options={
                'base_manager_name': 'objects',
                'default_manager_name': 'objects',
                'indexes': [models.Index(fields=['coop', '-at'], name='tenancy_acc_coop_id_ecaf4e_idx')],
                'constraints': [coop.tenancy.fence.RowLevelSecurity(column='coop_id', name='accesslog_fence'), models.UniqueConstraint(fields=('coop', 'id'), name='accesslog_in_coop')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='accesslog',
            trigger=pgtrigger.compiler.Trigger(name='access_log_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f3f7727e0a32e7fd7d663249eddcc9236296b9b1', operation='UPDATE OR DELETE', pgid='pgtrigger_access_log_is_kept_418cd', table='tenancy_accesslog', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policy',
            trigger=pgtrigger.compiler.Trigger(name='policy_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b47ddea820407273a64af7ea7d7f54419fbae3e4', operation='UPDATE OR DELETE', pgid='pgtrigger_policy_is_kept_b7d9a', table='tenancy_policy', when='BEFORE')),
        ),
    ]
