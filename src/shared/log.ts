/** Where the router says what people should know; pino fits. Holds no prompt, no answer and no key. */
export interface Log {
  info(details: object, sentence: string): void;
  warn(details: object, sentence: string): void;
  error(details: object, sentence: string): void;
}
