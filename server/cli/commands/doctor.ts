import { defineCommand } from '../command.ts';

export const doctorCommand = defineCommand({
  name: 'doctor',
  about: 'tries all that a router needs, and says what to mend',
  more: 'It asks each deployment something tiny, which costs a fraction of a cent. It needs no running router, and ends with 1 when something must be mended.',
  words: [],
  options: { json: { kind: 'flag', about: 'prints the findings as JSON' } },
  async run({ options }, { environment, nodeVersion, fetch, clock, print }) {
    const [{ statfsSync }, { examine }, { writeFindings }] = await Promise.all([
      import('node:fs'),
      import('../doctor/examine.ts'),
      import('../doctor/finding.ts'),
    ]);
    const freeBytes = (folder: string): number => {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    };
    const findings = await examine({ environment, nodeVersion, freeBytes, fetch, clock });
    print(options.json ? `${JSON.stringify(findings, null, 2)}\n` : writeFindings(findings));
    return findings.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
  },
});
