import type { FaultKind } from './faults.ts';

/** How a deployment is, for the router and for people. */
export type DeploymentHealth =
  | { kind: 'closed'; recentFails: number }
  | { kind: 'cooling'; untilMs: number; why: string }
  | { kind: 'unconfigured'; why: string };

/** What the Console shows of a deployment. */
export interface DeploymentView {
  id: string;
  alias: string;
  name: string;
  wire: 'openai' | 'anthropic';
  order: number;
  weight: number;
  demo: boolean;
  health: DeploymentHealth;
  fault: { kind: FaultKind; untilMs: number } | null;
}
