/** Any OpenAI-compatible API that allows your origin by CORS. */
export const API_BASE = import.meta.env.VITE_API_BASE ?? 'https://api.openai.com/v1';
export const MODEL = import.meta.env.VITE_MODEL ?? 'gpt-4o-mini';
