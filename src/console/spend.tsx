import { Mark } from '../look/mark.tsx';
import { countWords } from '../look/words.ts';
import { dollars } from './dollars.ts';
import type { Budgets } from './reports.ts';

/** What this month has cost each client, beside what it may cost. */
export function Spend({ budgets }: { budgets: Budgets }) {
  const { month, tenants, unpriced } = budgets;
  return (
    <section class="sheet seven" aria-labelledby="spend">
      <header>
        <h2 id="spend">Spend</h2>
        <span class="beside quiet">{monthWords(month)}, UTC</span>
      </header>
      <div class="body">
        {tenants.length === 0 && <p class="beside">Nothing was spent yet, and no client has a cap.</p>}
        <ul class="lines">
          {tenants.map((tenant) => (
            <li key={tenant.tenant}>
              <span class="whose">
                {tenant.tenant}
                <small>{partsWords(tenant)}</small>
              </span>
              <Standing of={tenant} />
              <span class="fig">
                <b>{dollars(tenant.spent_nano_usd)}</b>{' '}
                {tenant.cap_nano_usd === null ? 'no cap' : `of ${dollars(tenant.cap_nano_usd)}`}
              </span>
            </li>
          ))}
        </ul>
        {unpriced.length > 0 && (
          <p class="told unpriced">
            <Mark name="is-unmeasured" look="small" />
            <span>
              No price is known of {unpriced.join(', ')}: what {unpriced.length === 1 ? 'it costs' : 'they cost'} is in
              no sum.
            </span>
          </p>
        )}
        {budgets.is_cut && <p class="beside">Only those who spent most are listed.</p>}
      </div>
    </section>
  );
}

type Tenant = Budgets['tenants'][number];

function Standing({ of }: { of: Tenant }) {
  const reached = of.steps.at(-1)?.percent;
  if (of.safeguard !== null) {
    return (
      <span class="state warn">
        <Mark name="is-warn" look="small" />
        safeguard{of.safeguard.why === 'by-hand' ? ', by hand' : ''}
      </span>
    );
  }
  if (reached === undefined) return <span />;
  return (
    <span class={`state ${reached >= 85 ? 'warn' : 'idle'}`}>
      <Mark name={reached >= 85 ? 'is-warn' : 'is-idle'} look="small" />
      past {reached} %
    </span>
  );
}

function partsWords({ users, keys, reserved_nano_usd: reserved }: Tenant): string {
  const parts = [
    users.length > 0 ? countWords(users.length, 'person', 'people') : '',
    keys.length > 0 ? countWords(keys.length, 'key') : '',
    reserved > 0 ? `${dollars(reserved)} set aside` : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

function monthWords(month: string): string {
  return new Date(`${month}-01T00:00:00Z`).toLocaleDateString('en', {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}
