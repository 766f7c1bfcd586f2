import type { Configuration, SloTargets } from './configuration.ts';
import type { FileSettings } from './schema.ts';

/** A cent an hour: a test costs some hundredths of one at the dearest prices there are. */
const CANARY_USD_PER_HOUR = 0.01;

export function readCanary(settings: FileSettings): Configuration['canary'] {
  return { costNanoUsdPerHour: Math.round((settings.canary?.cost_usd_per_hour ?? CANARY_USD_PER_HOUR) * 1e9) };
}

export function readSlo(settings: FileSettings): SloTargets {
  const slo = settings.slo ?? {};
  return {
    successPercent: slo.success_percent ?? 99.5,
    firstTokenP95Seconds: slo.first_token_p95_seconds ?? 2.5,
    costAverageUsd: slo.cost_average_usd ?? 0.015,
    windowDays: slo.window_days ?? 30,
    expectedAsksPerMonth: slo.expected_asks_per_month ?? 10_000,
  };
}

export function readTravel(settings: FileSettings): Configuration['travel'] {
  const limits = settings.travel?.first_token_limit_seconds;
  return {
    firstTokenSavedMs: limits?.saved ?? 3_000,
    firstTokenNoneMs: limits?.none ?? 30_000,
    simulator: settings.travel?.simulator ?? false,
  };
}

export function readRetention(settings: FileSettings): Configuration['retention'] {
  const { asks_days, attempts_days, journal_days } = settings.retention ?? {};
  return { asksDays: asks_days ?? 30, attemptsDays: attempts_days ?? 30, journalDays: journal_days ?? 7 };
}

export function readGeneral(settings: FileSettings): Configuration['general'] {
  const general = settings.general_settings ?? {};
  return {
    masterKey: general.master_key?.trim() ?? settings.litellm_settings?.master_key?.trim() ?? null,
    hosts: (general.hosts ?? []).map((host) => host.toLowerCase()),
    corsOrigins: (general.cors_origins ?? []).map((origin) => origin.toLowerCase()),
    bodyBytes: general.body_bytes ?? 1_000_000,
    encrypt: settings.cache?.encrypt ?? false,
  };
}
