// The web page of examples/chat_server in a browser, against the built server: node chat.test.mjs SERVER
// [SCREENSHOTS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as later } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const [program, pictures] = process.argv.slice(2).map((path) => resolve(path));
const folder = mkdtempSync(join(tmpdir(), 'tandem_page_'));
if (pictures) mkdirSync(pictures, { recursive: true });

// --- the server, ended by its own process alone

let server,
    port = 0;
async function startServer() {
    server = spawn(program, ['--port', String(port), '--file', join(folder, 'chat.db')], {
        stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: server.stdout })) {
        const told = line.match(/:(\d+)\/ /);
        if (!told) continue;
        port = Number(told[1]);
        server.stdout.resume();
        return;
    }
    throw new Error('the server did not start');
}
async function endServer(signal) {
    const ended = once(server, 'exit');
    server.kill(signal);
    return (await ended)[0];
}

// --- the browser

const executablePath = ['/usr/bin', ...process.env.PATH.split(delimiter)]
    .map((at) => join(at, 'chromium'))
    .find(existsSync);
const browser = await chromium.launch({
    executablePath,
    args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
    ],
});

// What the browser itself says when nobody listens is no error of the page; anything else is, and so is a violated
// policy.
const complaints = [];
const isNobodyThere = (text) =>
    /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INTERNET_DISCONNECTED/.test(text) ||
    /WebSocket connection to .* failed/.test(text);

async function window_(context) {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (e) => complaints.push(`page: ${e.stack}`));
    page.on('console', (m) => {
        if (m.type() === 'error' && !isNobodyThere(m.text())) complaints.push(`console: ${m.text()}`);
    });
    await page.goto(`http://127.0.0.1:${port}/`);
    return page;
}
const context = (more = {}) => browser.newContext({ viewport: { width: 1200, height: 800 }, locale: 'en-GB', ...more });

async function signIn(page, name) {
    await page.getByLabel('Your name').fill(name);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await isOnline(page);
}
const isOnline = (page) => page.locator('#status[data-state=online]').waitFor();
async function begin(page, other) {
    await page.getByRole('button', { name: 'New conversation' }).click();
    await page.getByLabel('With whom?').fill(other);
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.locator('#chat-title', { hasText: other }).waitFor();
}
const line = (page, title) => page.locator('#list button', { has: page.locator('.title', { hasText: title }) });
async function open(page, title) {
    await line(page, title).click();
    await page.locator('#chat-title', { hasText: title }).waitFor();
}
async function say(page, text) {
    await page.getByLabel('Message', { exact: true }).fill(text);
    await page.getByLabel('Message', { exact: true }).press('Enter');
}
const message = (page, text) => page.locator('.message', { has: page.getByText(text, { exact: true }) });
const sees = (page, text) => message(page, text).waitFor();
const texts = (page) => page.locator('.message .text').allTextContents();
const picture = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`) });

// --- checking

let passed = 0,
    failed = 0;
async function check(name, f) {
    if (failed > 0) return console.log(`left  ${name}`); // each goes on from where the one before has left the pages
    try {
        await f();
        ++passed;
        console.log(`ok    ${name}`);
    } catch (e) {
        ++failed;
        console.log(
            `FAIL  ${name}\n      ${String(e.stack)
                .replace(/\x1b\[\d+m/g, '')
                .replaceAll('\n', '\n      ')}`
        );
        for (const c of browser.contexts()) for (const page of c.pages()) await picture(page, `failed_${Date.now()}`);
    }
}
// Asks again and again until it is so: the page has no moment at which it says that it is done.
async function until(what, is, within = 15_000) {
    const end = Date.now() + within;
    for (let seen; ; await later(25)) {
        if ((seen = await is()) === true) return;
        if (Date.now() > end) throw new Error(`not in ${within} ms: ${what}; last seen: ${JSON.stringify(seen)}`);
    }
}
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const shows = (page, wanted) =>
    until(`the messages are ${wanted}`, async () => {
        const now = await texts(page);
        return same(now, wanted) || now;
    });
const reaches = (page, text, state) =>
    until(`"${text}" is ${state}`, async () => {
        const now = await message(page, text).getAttribute('data-state');
        return now === state || now;
    });

await startServer();
const [alices, bobs, carols] = await Promise.all([context(), context(), context()]);
const alice = await window_(alices);
let bob,
    carol,
    said = [];

await check('signing in by name', async () => {
    await signIn(alice, 'alice');
    await alice.locator('#me', { hasText: 'alice' }).waitFor();
});

await check('a message is sent (one tick) while the other is not there', async () => {
    await begin(alice, 'bob');
    await say(alice, (said[0] = 'Hello Bob'));
    await reaches(alice, 'Hello Bob', 'sent');
});

await check('delivered (two ticks) when the other has signed in; a badge counts what is unread', async () => {
    bob = await window_(bobs);
    await signIn(bob, 'bob');
    await reaches(alice, 'Hello Bob', 'delivered');
    await say(alice, (said[1] = 'Are you there?'));
    await until('bob has 2 unread', async () => (await line(bob, 'alice').locator('.badge').textContent()) === '2');
    await picture(bob, 'desktop_unread');
});

await check('read (coloured ticks) when the other looks at it; the badge goes', async () => {
    await open(bob, 'alice');
    await shows(bob, said);
    await reaches(alice, 'Are you there?', 'read');
    await reaches(alice, 'Hello Bob', 'read');
    await until('the badge is empty', async () => (await line(bob, 'alice').locator('.badge').textContent()) === '');
});

await check('a message appears live at the other, both ways', async () => {
    await say(bob, (said[2] = 'Yes. The kettle is on.'));
    await shows(alice, said);
    await say(alice, (said[3] = 'On my way'));
    await shows(bob, said);
    await reaches(alice, 'On my way', 'read');
    await alice.locator('#chat-about', { hasText: 'online' }).waitFor();
});

await check('typing shows, and goes', async () => {
    await bob.getByLabel('Message', { exact: true }).pressSequentially('Brin');
    await alice.locator('#typing', { hasText: 'bob is typing…' }).waitFor();
    await line(alice, 'bob').locator('.last', { hasText: 'typing…' }).waitFor();
    await picture(alice, 'desktop_typing');
    await bob.getByLabel('Message', { exact: true }).fill('');
    await until('nobody types', async () => (await alice.locator('#typing').textContent()) === '');
});

await check('a withdrawn message is gone on both sides', async () => {
    await say(alice, 'Nobody should read this');
    await sees(bob, 'Nobody should read this');
    await message(alice, 'Nobody should read this').hover();
    await picture(alice, 'desktop_withdraw');
    await message(alice, 'Nobody should read this').getByRole('button', { name: 'Withdraw' }).click();
    said.push('Message withdrawn');
    await shows(alice, said);
    await shows(bob, said);
});

await check('HTML in a message stays text', async () => {
    await say(alice, (said[5] = '<img src=x onerror="alert(1)"><b>bold</b> & <script>alert(2)</script>'));
    await shows(bob, said);
    if ((await bob.locator('#messages img, #messages b, #messages script').count()) !== 0)
        throw new Error('it became elements');
});

await check('very long words are wrapped', async () => {
    await say(bob, (said[6] = 'Donaudampfschifffahrt'.repeat(30)));
    await shows(alice, said);
    const [bubble, view] = await Promise.all([
        alice.locator('.bubble').last().boundingBox(),
        alice.locator('#scroll').boundingBox(),
    ]);
    if (bubble.width > view.width) throw new Error(`the bubble is ${bubble.width} wide in ${view.width}`);
});

await check('a group of three', async () => {
    carol = await window_(carols);
    await signIn(carol, 'carol');
    await alice.getByRole('button', { name: 'New group' }).click();
    await alice.getByLabel('What is it called?').fill('Sunday walk');
    await alice.getByLabel('Who is in it?').fill('bob, carol');
    await alice.getByRole('button', { name: 'Make it' }).click();
    await alice.locator('#chat-about', { hasText: 'you, bob, carol' }).waitFor();
    await say(alice, 'Ten at the station?');
    await Promise.all([open(bob, 'Sunday walk'), open(carol, 'Sunday walk')]);
    await bob.locator('#chat-about', { hasText: 'alice' }).waitFor();
    await reaches(alice, 'Ten at the station?', 'read');
    await say(carol, 'I bring cake');
    await say(bob, 'And I a map');
    for (const page of [alice, bob, carol]) {
        await sees(page, 'I bring cake');
        await sees(page, 'And I a map');
    }
    await alice.locator('.from', { hasText: 'carol' }).waitFor();
    await picture(alice, 'desktop_group');
    await open(alice, 'bob');
    await open(bob, 'alice');
});

await check('what is written while the server is killed waits, and arrives exactly once', async () => {
    await endServer('SIGKILL');
    await alice.locator('#status[data-state=offline]', { hasText: /Offline\s*— reconnecting in \d+ s/ }).waitFor();
    const waiting = ['Can you hear me?', 'The line is dead', 'I keep writing'];
    for (const text of waiting) await say(alice, text);
    for (const text of waiting) await reaches(alice, text, 'sending');
    await picture(alice, 'desktop_offline');
    await startServer();
    await shows(bob, (said = [...said, ...waiting]));
    await shows(alice, said);
    for (const text of waiting) await reaches(alice, text, 'read');
});

await check('a server killed in the middle of 40 messages: each arrives once, in order', async () => {
    const many = Array.from({ length: 40 }, (_, i) => `number ${i}`);
    for (const text of many.slice(0, 20)) await say(alice, text);
    const rest = (async () => {
        for (const text of many.slice(20)) await say(alice, text);
    })();
    await endServer('SIGKILL');
    await rest;
    await startServer();
    await shows(bob, (said = [...said, ...many]));
    await shows(alice, said);
    await reaches(alice, many.at(-1), 'read');
});

await check('a server that is stopped gently is come back to', async () => {
    if ((await endServer('SIGTERM')) !== 0) throw new Error('it did not end well');
    await alice.locator('#status[data-state=offline]').waitFor();
    await startServer();
    await Promise.all([isOnline(alice), isOnline(bob), isOnline(carol)]);
});

await check('what was missed while the page was away is caught up, in order, without doubles', async () => {
    await bob.goto('about:blank');
    const missed = Array.from({ length: 250 }, (_, i) => `missed ${i}`);
    for (const text of missed) await say(alice, text);
    await reaches(alice, missed.at(-1), 'sent');
    await bob.goto(`http://127.0.0.1:${port}/`);
    await until('bob has 250 unread', async () => (await line(bob, 'alice').locator('.badge').textContent()) === '99+');
    await open(bob, 'alice');
    await bob.getByRole('button', { name: 'Show earlier messages' }).click();
    await shows(bob, (said = [...said, ...missed]));
    await reaches(alice, missed.at(-1), 'read');
});

await check('a network that goes and comes', async () => {
    await bobs.setOffline(true);
    await bob.locator('#status[data-state=offline]').waitFor();
    await say(bob, 'from the tunnel');
    await reaches(bob, 'from the tunnel', 'sending');
    await bobs.setOffline(false);
    await isOnline(bob);
    said.push('from the tunnel');
    await sees(alice, 'from the tunnel');
    await reaches(bob, 'from the tunnel', 'read');
});

await check('a reload keeps everything', async () => {
    await alice.reload();
    await isOnline(alice);
    await open(alice, 'bob');
    await alice.getByRole('button', { name: 'Show earlier messages' }).click();
    await shows(alice, said);
    await reaches(alice, 'missed 249', 'read');
    await until('nothing is unread', async () => (await alice.locator('.badge:not(:empty)').count()) === 0);
    await open(alice, 'Sunday walk');
    await shows(alice, ['Ten at the station?', 'I bring cake', 'And I a map']);
});

await check('two windows of one user agree', async () => {
    const second = await window_(alices),
        elsewhere = await window_(await context());
    await Promise.all([signIn(second, 'alice'), signIn(elsewhere, 'alice')]);
    for (const page of [alice, second, elsewhere]) await open(page, 'Sunday walk');
    await say(alice, 'from the first window');
    await say(elsewhere, 'from another browser');
    await say(second, 'from the second window');
    const all = (await texts(second)).length;
    if (all < 3) throw new Error(`only ${all} messages`);
    for (const page of [alice, second, elsewhere, carol]) {
        for (const text of ['from the first window', 'from another browser', 'from the second window'])
            await sees(page, text);
        await until('six messages', async () => (await texts(page)).length === 6);
    }
    await until(
        'all have one order',
        async () =>
            same(await texts(alice), await texts(elsewhere)) && same(await texts(second), await texts(elsewhere))
    );
    await open(alice, 'bob');
    await open(second, 'bob');
    await open(elsewhere, 'bob');
    await open(bob, 'Sunday walk');
    await say(bob, 'Who is who?');
    for (const page of [alice, second, elsewhere])
        await until(
            'one unread',
            async () => (await line(page, 'Sunday walk').locator('.badge').textContent()) === '1'
        );
    await open(elsewhere, 'Sunday walk');
    for (const page of [alice, second])
        await until(
            'read elsewhere',
            async () => (await line(page, 'Sunday walk').locator('.badge').textContent()) === ''
        );
    await Promise.all([second.close(), elsewhere.close()]);
});

// Between the page and the server: frames that go a way of their own.
const meddle = (page, { toServer = () => false, toPage = () => false }) =>
    page.routeWebSocket(/\/ws$/, (socket) => {
        const real = socket.connectToServer();
        socket.onMessage((text) => toServer(JSON.parse(text), socket, real) || real.send(text));
        real.onMessage((text) => toPage(JSON.parse(text), socket, real) || socket.send(text));
    });

await check('pushes that are lost are pulled, pushes that come twice are one', async () => {
    const page = await (await context()).newPage();
    await meddle(page, {
        toPage: (frame, socket) => {
            if (!/^(PUSH|BATCH)_MSG$/.test(frame.command) || frame.body.nextSeq) return false;
            if (JSON.stringify(frame).includes('lose me')) return true;
            socket.send(JSON.stringify(frame));
            return false;
        },
    });
    await page.goto(`http://127.0.0.1:${port}/`);
    await signIn(page, 'eve');
    await begin(carol, 'eve');
    const all = ['first', 'lose me 1', 'lose me 2', 'second', 'lose me 3', 'third'];
    await say(carol, all[0]);
    await open(page, 'carol');
    for (const text of all.slice(1)) await say(carol, text);
    await shows(page, all);
    await shows(carol, all);
    await page.close();
});

await check(
    'a send that is refused for now is repeated, in order; an acknowledgement that is lost doubles nothing',
    async () => {
        const page = await (await context()).newPage();
        let closed,
            refused = 0,
            lost = 0;
        await meddle(page, {
            // As a server does whose lane is closed by the first send, until that comes again.
            toServer: ({ command, body }, socket) => {
                if (command !== 'SEND_REQ') return false;
                if (closed === body.clientMsgId) closed = '';
                const code = closed === undefined ? 14 : closed ? 16 : 0;
                if (code === 0) return false;
                closed ??= body.clientMsgId;
                ++refused;
                socket.send(
                    JSON.stringify({
                        command: 'ERROR',
                        sequence: 0,
                        body: {
                            code,
                            text: 'later',
                            retryAfter: body.body === 'b' ? '2000' : '200',
                            clientMsgId: body.clientMsgId,
                        },
                    })
                );
                return true;
            },
            toPage: ({ command }, socket, real) => {
                if (command !== 'SEND_RSP' || lost > 0) return false;
                ++lost;
                real.close();
                socket.close();
                return true;
            },
        });
        await page.goto(`http://127.0.0.1:${port}/`);
        await signIn(page, 'frank');
        await begin(page, 'carol');
        for (const text of ['a', 'b', 'c']) await say(page, text);
        await open(carol, 'frank');
        for (const at of [page, carol]) await shows(at, ['a', 'b', 'c']);
        await reaches(page, 'c', 'read');
        if (refused < 1 || lost !== 1) throw new Error(`${refused} refused, ${lost} lost`);
        await page.close();
    }
);

await check('a push moves no cursor, a checkpoint does', async () => {
    const page = await (await context()).newPage();
    const cursors = [];
    let pushed = 0,
        checkpoint = 0;
    await meddle(page, {
        toServer: ({ command, body }) => {
            if (command === 'AUTH_REQ') cursors.push(Number(body.cursor));
        },
        toPage: (frame, socket) => {
            if (frame.command === 'PUSH_MSG') pushed = Number(frame.body.position);
            if (frame.command === 'HEARTBEAT_RSP') checkpoint = Number(frame.body.checkpoint ?? 0);
            if (frame.command !== 'AUTH_RSP') return false;
            frame.body.heartbeat = cursors.length < 2 ? '600000' : '600'; // the second connection beats often
            socket.send(JSON.stringify(frame));
            return true;
        },
    });
    await page.goto(`http://127.0.0.1:${port}/`);
    await signIn(page, 'grace');
    await begin(carol, 'grace');
    await say(carol, 'Hello Grace');
    await until('it was pushed and is shown', async () => pushed > 0 && (await line(page, 'carol').count()) === 1);
    const first = pushed;
    await page.reload();
    await isOnline(page);
    if (cursors[1] >= first) throw new Error(`the push at ${first} has moved the cursor to ${cursors[1]}`);
    await say(carol, 'Hello again');
    await until('a checkpoint covers the second push', () => pushed > first && checkpoint >= pushed);
    const unread = line(page, 'carol').locator('.badge');
    await until('both are unread', async () => (await unread.textContent()) === '2');
    const seen = checkpoint;
    await later(100); // the page is storing it
    await page.reload();
    await isOnline(page);
    if (cursors[2] < seen) throw new Error(`the cursor is ${cursors[2]}, the checkpoint was ${seen}`);
    await page.close();
});

await check('who was away when a group was made finds all of it', async () => {
    const page = await window_(await context());
    await signIn(page, 'heidi');
    await page.goto('about:blank');
    await bob.getByRole('button', { name: 'New group' }).click();
    await bob.getByLabel('What is it called?').fill('Book club');
    await bob.getByLabel('Who is in it?').fill('alice, heidi');
    await bob.getByRole('button', { name: 'Make it' }).click();
    await bob.locator('#chat-title', { hasText: 'Book club' }).waitFor();
    await say(bob, 'Chapter one');
    await page.goto(`http://127.0.0.1:${port}/`);
    await open(page, 'Book club');
    await shows(page, ['Chapter one']);
    await page.locator('#chat-about', { hasText: 'bob' }).waitFor();
    await until('everybody is told of', async () => {
        const now = await page.locator('.notice').allTextContents();
        return same(now, ['bob joined', 'alice joined', 'You joined']) || now;
    });
    await page.close();
});

await check('on a phone, list and conversation are two screens', async () => {
    const phone = await window_(
        await context({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
    );
    await phone.getByLabel('Your name').waitFor();
    await picture(phone, 'phone_login');
    await signIn(phone, 'carol');
    await line(phone, 'Sunday walk').waitFor();
    if (await phone.locator('#chat').isVisible()) throw new Error('the conversation is there beside the list');
    await picture(phone, 'phone_list');
    await open(phone, 'Sunday walk');
    if (await phone.locator('#side').isVisible()) throw new Error('the list is there beside the conversation');
    await open(carol, 'Sunday walk');
    await say(phone, 'from my phone');
    await sees(carol, 'from my phone');
    for (const id of ['#chat', '#composer', '#text', '.send']) {
        const box = await phone.locator(id).first().boundingBox();
        if (box.x < 0 || box.x + box.width > 360)
            throw new Error(`${id} reaches from ${box.x} to ${box.x + box.width}`);
    }
    await picture(phone, 'phone_chat');
    await phone.getByRole('button', { name: 'Back to the conversations' }).click();
    await line(phone, 'Sunday walk').waitFor();
    await phone.close();
});

await check('by keyboard alone, and signing out', async () => {
    const page = await window_(await context());
    await page.getByLabel('Your name').focus();
    await page.keyboard.type('dora');
    await page.keyboard.press('Enter');
    await isOnline(page);
    await page.getByRole('button', { name: 'New conversation' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('carol');
    await page.keyboard.press('Enter');
    await page.locator('#chat-title', { hasText: 'carol' }).waitFor();
    await page.keyboard.type('Hello from the keyboard');
    await page.keyboard.press('Enter');
    await until(
        'it is on its way',
        async () => (await message(page, 'Hello from the keyboard').getAttribute('data-state')) !== 'sending'
    );
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Your name').waitFor();
    await page.close();
});

if (pictures)
    for (const colorScheme of ['light', 'dark'])
        for (const [name, viewport] of [
            ['desktop', { width: 1200, height: 800 }],
            ['phone', { width: 390, height: 844 }],
        ]) {
            const page = await window_(await context({ colorScheme, viewport }));
            await picture(page, `${name}_${colorScheme}_login`);
            await signIn(page, 'alice');
            await picture(page, `${name}_${colorScheme}_list`);
            await open(page, 'Sunday walk');
            await sees(page, 'I bring cake');
            await picture(page, `${name}_${colorScheme}_chat`);
            await page.close();
        }

await check('another log: what was here is gone, and it goes on', async () => {
    await endServer('SIGKILL');
    await alice.locator('#status[data-state=offline]').waitFor();
    for (const file of readdirSync(folder)) if (!file.endsWith('.key')) rmSync(join(folder, file));
    await startServer();
    await until('nothing is left', async () => (await alice.locator('#list button').count()) === 0);
    await isOnline(alice);
    await begin(alice, 'bob');
    await say(alice, 'A new beginning');
    await isOnline(bob);
    await open(bob, 'alice');
    await shows(bob, ['A new beginning']);
    await reaches(alice, 'A new beginning', 'read');
});

await check('no error in any console, no violation of the content security policy', async () => {
    if (complaints.length > 0) throw new Error(complaints.join('\n'));
});

await browser.close();
await endServer('SIGKILL');
rmSync(folder, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
