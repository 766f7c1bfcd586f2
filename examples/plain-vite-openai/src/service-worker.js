import { travelMode } from 'layover/worker';
import { API_BASE } from './api.js';

const travel = travelMode({ endpoints: [`${API_BASE}/chat/completions`] });
travel.listen(self);

// The app's own affairs: be in charge from the first visit on.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
