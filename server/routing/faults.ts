/**
 * What an operator may lay over a deployment on purpose; each with a lease, in memory only, so that a restart heals:
 * `revoked-key` a wrong key is sent in place of ours · `blocked` no connection is made · `slow-first-token` content is held back.
 */
export type FaultKind = 'revoked-key' | 'blocked' | 'slow-first-token';
