import { useModels } from './models.ts';
import { LINE_WORDS } from './line-words.ts';

/** What a screen reader is told without being asked: a line that has changed for good, and how an ask goes on. */
export function Announcer() {
  const { line, outbox, talk } = useModels();
  return (
    <div class="unseen">
      <p role="status">{LINE_WORDS[line.settled.value].aloud}</p>
      <p role="status">{talk.news.value}</p>
      <p role="status">{outbox.news.value}</p>
    </div>
  );
}
