import type { Configuration } from '../../config/configuration.ts';
import type { Instruments } from './examine.ts';
import { fail, ok, warn, type Finding } from './finding.ts';
import { reach } from './reach.ts';

/** The addresses that alerts go to. Nothing is posted: that somebody answers there is enough. No address is shown, as it is a secret. */
export async function examineWebhooks({ alerts }: Configuration, instruments: Instruments): Promise<Finding[]> {
  const named = [
    ['alerts.slack_url', alerts?.slackUrl ?? null],
    ['alerts.heartbeat_url', alerts?.heartbeatUrl ?? null],
  ] as const;
  const set = named.flatMap(([check, url]) => (url === null ? [] : [{ check, url }]));
  if (set.length === 0) return [ok('webhook', 'None is set.')];
  return Promise.all(set.map(({ check, url }) => examineOne(check, url, instruments)));
}

async function examineOne(check: string, text: string, instruments: Instruments): Promise<Finding> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    return fail(check, 'It is no address.', 'Set it to an address such as `https://hooks.example.com/…`.');
  // Only the host: a call of the whole address would be an alert, or a sign of life, that nobody meant.
  const response = await reach(url.origin, instruments, 'HEAD');
  if (response === null)
    return warn(check, `Nobody answers at its host \`${url.host}\`.`, 'Check the network and the address.');
  return ok(check, `Its host \`${url.host}\` answers.`);
}
