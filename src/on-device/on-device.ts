import type { Clock } from '#shared/clock.ts';
import { findBrowserModel } from './browser-model.ts';
import { createDeviceAnswers, type DeviceAnswers } from './device-answers.ts';
import { createPreparation, type Preparation } from './preparation.ts';

/** The model of this device: how it stands, and what it wrote in this tab. */
export interface OnDevice {
  preparation: Preparation;
  /** Null where the browser has no model. */
  answers: DeviceAnswers | null;
}

/** Made once for a tab, on first need. `standIns` keeps it; `languageModel` is what the browser was found to have. */
export function onDeviceOf(
  standIns: { readonly languageModel: unknown; onDevice: OnDevice | null },
  clock: Clock,
): OnDevice {
  if (standIns.onDevice !== null) return standIns.onDevice;
  const model = findBrowserModel(standIns.languageModel);
  standIns.onDevice = {
    preparation: createPreparation(model),
    answers: model === null ? null : createDeviceAnswers(model, clock),
  };
  return standIns.onDevice;
}
