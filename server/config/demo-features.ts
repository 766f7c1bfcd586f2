import type { Feature } from './configuration.ts';
import { DEFAULT_FEATURE, featureFrom } from './features.ts';

/** What the demo offers: a plain ask and two features that show what one is. Answers are remembered for an hour. */
export function demoFeatures(): Map<string, Feature> {
  const features = [
    featureFrom(DEFAULT_FEATURE, { title: 'Ask anything' }, 'app/chat'),
    featureFrom(
      'travel-notes',
      {
        title: 'Travel notes',
        system:
          'Turn what the traveller writes into short notes: place, time, what to bring, what to book. Use a list.',
      },
      'app/chat',
    ),
    featureFrom(
      'draft-reply',
      {
        title: 'Draft a reply',
        system:
          'Draft a short, friendly reply to the message. Keep its language. Promise nothing that it does not say.',
      },
      'app/small',
    ),
  ];
  return new Map(features.map((feature) => [feature.name, feature]));
}
