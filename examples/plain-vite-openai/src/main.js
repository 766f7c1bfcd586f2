import { connectTravelMode } from 'layover/page';
import OpenAI from 'openai';
import { API_BASE, MODEL } from './api.js';
import './style.css';

const $ = (id) => document.getElementById(id);
const key = $('key');
key.value = localStorage.getItem('api-key') ?? '';
key.addEventListener('change', () => localStorage.setItem('api-key', key.value));

navigator.serviceWorker.register('/service-worker.js');

// Credentials are never stored by travel mode: it asks for them when something that waited can be sent.
const travel = connectTravelMode({ onReplay: () => ({ authorization: `Bearer ${key.value}` }) });

travel.onState(({ line, waiting }) => {
  document.documentElement.dataset.line = line;
  $('line').textContent =
    { online: 'Online', slow: 'Slow line', offline: 'Offline', portal: 'Wi-Fi sign-in' }[line] ?? 'Ready';
  $('waiting').textContent = waiting === 0 ? '' : `${waiting} waiting`;
});

travel.onAnswered((ask) => {
  bubble('you', ask.question);
  bubble('bot', ask.text, 'answered after waiting');
  travel.dismiss(ask.id);
});

travel.onOutbox((all) => {
  const asks = all.filter(({ state }) => state !== 'answered');
  $('outbox').hidden = asks.length === 0;
  $('outbox-list').replaceChildren(...asks.map(listed));
});

function listed(ask) {
  const item = document.createElement('li');
  const words = document.createElement('span');
  words.textContent = ask.question;
  const state = document.createElement('em');
  state.textContent = ask.reason ?? ask.state;
  const waits = ['queued', 'sending', 'needs-sign-in'].includes(ask.state);
  const drop = document.createElement('button');
  drop.type = 'button';
  drop.textContent = waits ? 'Cancel' : 'Dismiss';
  drop.addEventListener('click', () => (waits ? travel.cancel(ask.id) : travel.dismiss(ask.id)));
  item.append(words, state, drop);
  return item;
}

$('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const question = $('question').value.trim();
  if (question === '') return;
  $('question').value = '';
  bubble('you', question);
  const reply = bubble('bot', '');
  try {
    await answer(question, reply);
  } catch (failure) {
    note(reply, failure.message);
    reply.classList.add('failed');
  }
});

async function answer(question, reply) {
  const words = reply.querySelector('p');
  const client = new OpenAI({ apiKey: key.value, baseURL: API_BASE, dangerouslyAllowBrowser: true, maxRetries: 0 });
  const { data, response } = await client.chat.completions
    .create(
      { model: MODEL, stream: true, messages: [{ role: 'user', content: question }] },
      // Travel mode understands this header and keeps it to itself.
      { headers: $('later').checked ? { Prefer: 'respond-async' } : {} },
    )
    .withResponse();
  if (response.status === 202) {
    words.textContent = 'No network. It waits, and is sent when the network is back.';
    reply.classList.add('waits');
    return;
  }
  for await (const chunk of data) words.textContent += chunk.choices[0]?.delta?.content ?? '';
  if (response.headers.get('x-layover-source') === 'saved') note(reply, 'saved on this device');
}

function bubble(who, text, said = '') {
  const article = document.createElement('article');
  article.className = who;
  article.append(Object.assign(document.createElement('p'), { textContent: text }));
  if (said !== '') note(article, said);
  $('talk').append(article);
  article.scrollIntoView({ block: 'end' });
  return article;
}

function note(article, said) {
  article.append(Object.assign(document.createElement('small'), { textContent: said }));
}
