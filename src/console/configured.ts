import { signal, type ReadonlySignal } from '@preact/signals';
import { configurationReportSchema, type ConfigurationReport } from '#shared/console-wire.ts';
import type { Api, Failure } from '../app/api.ts';

/** The configuration in force as the Console knows it, and how the last reading of the file went. */
export interface Configured {
  report: ConfigurationReport | null;
  /** Why it is not known, or why the file was not taken over. */
  failure: Failure | null;
  step: 'idle' | 'reading-again' | 'taken-over';
}

export interface ConfiguredModel {
  state: ReadonlySignal<Configured>;
  read(): Promise<void>;
  /** Has the router read its file again. What is wrong with the file changes nothing but `failure`. */
  readAgain(): Promise<void>;
}

export function createConfigured(api: Pick<Api, 'read' | 'write'>, stop: AbortSignal): ConfiguredModel {
  const state = signal<Configured>({ report: null, failure: null, step: 'idle' });

  async function report(): Promise<Pick<Configured, 'report' | 'failure'>> {
    const reply = await api.read('/api/configuration', configurationReportSchema, stop);
    return reply.ok ? { report: reply.value, failure: null } : { report: state.value.report, failure: reply.failure };
  }

  return {
    state,
    async read() {
      state.value = { ...state.value, ...(await report()) };
    },
    async readAgain() {
      state.value = { ...state.value, failure: null, step: 'reading-again' };
      const reply = await api.write('/api/configuration/reload', 'POST', null, stop);
      if (reply.ok) state.value = { ...(await report()), step: 'taken-over' };
      else state.value = { ...state.value, failure: reply.failure, step: 'idle' };
    },
  };
}
