import { heed, hear, replay, tellState } from '#device/device.ts';
import { endFailed, endSaved, endStopped } from '#device/ending.ts';
import { followUp, takeUp } from '#device/opening.ts';
import { keepPolicyResponse, refreshPolicy } from '#device/policy.ts';
import { giveAnswer } from '#device/router-answer.ts';
import { makeRoom } from '#device/settlement.ts';
import { takeBack } from '#device/stop.ts';
import { wipePerson } from '#device/wipe.ts';

/**
 * What no answer waits for that this device can give by itself: a worker reads its script when one of these is first needed. Only
 * what reaches them by `Device.later` stays out of the worker's first script.
 */
export const laterParts = {
  endFailed,
  endSaved,
  endStopped,
  followUp,
  giveAnswer,
  hear,
  heed,
  keepPolicyResponse,
  makeRoom,
  refreshPolicy,
  replay,
  takeBack,
  takeUp,
  tellState,
  wipePerson,
};

export type Later = typeof laterParts;
