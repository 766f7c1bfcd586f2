/** What a notification says. It may stand on a locked screen: no word of question or answer is in it. */
export function noticeOf(answered: boolean): { title: string; body: string } {
  return answered
    ? { title: 'An answer arrived', body: 'Open Layover to read it.' }
    : { title: 'A question needs you', body: 'It could not be answered. Open Layover to decide.' };
}
