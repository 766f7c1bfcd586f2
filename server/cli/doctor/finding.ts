/** What one check found. `remedy` says what to do; an `ok` needs none. */
export type Finding =
  | { check: string; verdict: 'ok'; says: string; remedy: null }
  | { check: string; verdict: 'warn' | 'fail'; says: string; remedy: string };

/** All is well with it. */
export function ok(check: string, says: string): Finding {
  return { check, verdict: 'ok', says, remedy: null };
}

/** It works, and not as it should; or it could not be looked at. */
export function warn(check: string, says: string, remedy: string): Finding {
  return { check, verdict: 'warn', says, remedy };
}

/** It does not work. */
export function fail(check: string, says: string, remedy: string): Finding {
  return { check, verdict: 'fail', says, remedy };
}

/** One line for each, the remedy on it; a sum at the end. */
export function writeFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(({ check, verdict, says, remedy }) =>
    [verdict.padEnd(4), check.padEnd(width), remedy === null ? says : `${says} ${remedy}`].join('  '),
  );
  const count = (verdict: Finding['verdict']): number => findings.filter((one) => one.verdict === verdict).length;
  return `${lines.join('\n')}\n\n${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} to mend.\n`;
}
