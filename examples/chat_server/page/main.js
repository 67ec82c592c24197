// Signing in and out. Who is signed in belongs to this window: another window may be somebody else.
import { Store, directWith } from './store.js';
import { Wire } from './wire.js';
import { View } from './view.js';

const $ = (id) => document.getElementById(id);
let signedIn; // { store, wire, view, token }

const post = async (path, body, token) => {
    const answer = await fetch(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.text);
    return said;
};

const enter = async ({ user, token }) => {
    const store = await Store.open(user);
    const wire = new Wire(store, token, {
        status: (s) => view.status(s),
        typing: (...x) => view.typing(...x),
        presence: (...x) => view.presence(...x),
        signedOut: (why) => leave(why),
        refused: (item, why) => view.toast(item.target ? `Not withdrawn: ${why}` : `Not sent: ${why}`),
    });
    const view = new View(store, wire);
    signedIn = { store, wire, view, token };
    $('login').hidden = true;
    $('app').hidden = false;
    wire.connect();
};

const leave = (why = '') => {
    sessionStorage.removeItem('tandem');
    signedIn?.wire.stop();
    signedIn?.view.close();
    signedIn?.store.close();
    signedIn = undefined;
    document.title = 'tandem chat';
    $('app').hidden = true;
    $('login').hidden = false;
    $('login-error').textContent = why;
    $('login-name').focus();
};

// One at a time: whoever presses twice means once.
const onSubmit = (form, f) => {
    let busy = false;
    $(form).addEventListener('submit', async (e) => {
        e.preventDefault();
        if (busy) return;
        busy = true;
        try {
            await f(e);
        } finally {
            busy = false;
        }
    });
};

onSubmit('login-form', async () => {
    $('login-error').textContent = '';
    try {
        const who = await post('demo/login', { user: $('login-name').value.trim() });
        sessionStorage.setItem('tandem', JSON.stringify(who));
        await enter(who);
    } catch (error) {
        $('login-error').textContent = error instanceof TypeError ? 'The server cannot be reached.' : error.message;
    }
});
$('sign-out').addEventListener('click', () => leave());

$('new-chat').addEventListener('click', () => $('chat-dialog').showModal());
$('new-group').addEventListener('click', () => $('group-dialog').showModal());
for (const cancel of document.querySelectorAll('.cancel'))
    cancel.addEventListener('click', () => cancel.closest('dialog').close());

$('chat-form').addEventListener('submit', (e) => {
    e.preventDefault();
    const other = $('chat-with').value.trim();
    if (!other) return;
    const id = directWith(signedIn.store.user, other);
    signedIn.store.conversation(id);
    $('chat-dialog').close();
    e.target.reset();
    signedIn.view.show(id);
});

onSubmit('group-form', async (e) => {
    const members = $('group-members')
        .value.split(',')
        .map((name) => name.trim())
        .filter(Boolean);
    $('group-error').textContent = '';
    try {
        const { conversation } = await post(
            'demo/group',
            { name: $('group-name').value.trim(), members },
            signedIn.token
        );
        signedIn.store.conversation(conversation);
        $('group-dialog').close();
        e.target.reset();
        signedIn.view.show(conversation);
    } catch (error) {
        $('group-error').textContent = error instanceof TypeError ? 'The server cannot be reached.' : error.message;
    }
});

const known = sessionStorage.getItem('tandem');
if (known) enter(JSON.parse(known));
else leave();
