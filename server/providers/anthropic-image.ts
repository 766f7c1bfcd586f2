import { ProviderFailure } from './provider.ts';

export interface AnthropicImage {
  type: 'image';
  source: { type: 'base64'; media_type: string; data: string } | { type: 'url'; url: string };
}

const DATA_URL = /^data:(image\/[a-z0-9.+-]+);base64,/i;

/** OpenAI's `image_url` as an image block. */
export function writeImage(given: unknown): AnthropicImage {
  const url = typeof given === 'object' && given !== null && 'url' in given ? given.url : given;
  if (typeof url === 'string') {
    const [head, mediaType] = DATA_URL.exec(url) ?? [];
    if (head !== undefined && mediaType !== undefined)
      return {
        type: 'image',
        source: { type: 'base64', media_type: mediaType.toLowerCase(), data: url.slice(head.length) },
      };
    if (url.startsWith('https://')) return { type: 'image', source: { type: 'url', url } };
  }
  const words = 'An image must be a `data:` address with base64 or an `https:` one.';
  throw new ProviderFailure('caller', words, { words });
}
