import OpenAI from 'openai';

declare global {
  interface Window {
    OpenAI: typeof OpenAI;
  }
}

window.OpenAI = OpenAI;
