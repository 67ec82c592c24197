// tandem and npm's ws over loopback, each as the client of the other.    node interop.test.mjs <interop_peer>
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import WebSocket, { WebSocketServer } from 'ws';

const peer = process.argv[2];
let passed = 0, failed = 0;

async function check(name, body) {
    let timer;
    const late = new Promise((_, refuse) => { timer = setTimeout(() => refuse(new Error('took too long')), 10_000); });
    try {
        await Promise.race([body(), late]);
        ++passed;
    } catch (error) {
        ++failed;
        console.log(`FAILED ${name}: ${error.message}`);
    }
    clearTimeout(timer);
}
function same(got, wanted) {
    const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
    if (a !== b) throw new Error(`${a?.slice(0, 200)} instead of ${b?.slice(0, 200)}`);
}

// Starts our half; its lines come through next().
function start(...words) {
    const child = spawn(peer, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, next: async () => (await lines.next()).value };
}

const nextMessage = socket => new Promise((answer, refuse) => {
    const closed = code => refuse(new Error(`closed with ${code}`));
    socket.once('close', closed);
    socket.once('message', (data, binary) => {
        socket.off('close', closed);
        answer({ data, binary });
    });
});
const end = async socket => {
    const [code, reason] = await once(socket, 'close');
    return [code, reason.toString()];
};

async function echoes(socket, data, binary) {
    const answer = nextMessage(socket);
    socket.send(data, { binary });
    const got = await answer;
    same(got.binary, binary);
    if (!got.data.equals(Buffer.from(data))) throw new Error(`${data.length} bytes came back as others`);
}
async function echoesFragments(socket, parts, binary, between = () => {}) {
    const answer = nextMessage(socket);
    parts.forEach((part, i) => {
        socket.send(part, { binary, fin: i === parts.length - 1 });
        between(i);
    });
    const got = await answer;
    same(got.binary, binary);
    const whole = Buffer.concat(parts.map(p => Buffer.from(p)));
    if (!got.data.equals(whole)) throw new Error('fragments came back as others');
}
const bytes = size => Buffer.from({ length: size }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
const letters = size => 'a'.repeat(size);
const withLetters = 'Grüße, 世界, 🦊';
const pieces = (data, size) => {
    const all = [];
    for (let i = 0; i < data.length; i += size) all.push(data.subarray(i, i + size));
    return all;
};

// --- ws is the client, tandem the server

const server = start('serve');
const port = Number((await server.next()).split(' ')[1]);
const url = `ws://127.0.0.1:${port}/ws`;
async function open(subprotocols = [], options = {}) {
    const socket = new WebSocket(url, subprotocols, { perMessageDeflate: false, ...options });
    await once(socket, 'open');
    return socket;
}
const refusal = (subprotocols, options) => new Promise((answer, refuse) => {
    const socket = new WebSocket(url, subprotocols, options);
    socket.once('unexpected-response', (request, response) => {
        answer([response.statusCode, response.headers['sec-websocket-version']]);
        request.destroy();
    });
    socket.once('open', () => refuse(new Error('it was opened')));
    socket.on('error', () => {});
});

for (const size of [0, 1, 125, 126, 127, 1000, 65535, 65536, 65537, 69999, 70000]) {
    await check(`server: ${size} bytes of binary`, async () => echoes(await open(), bytes(size), true));
    await check(`server: ${size} letters of text`, async () => echoes(await open(), letters(size), false));
}
await check('server: text of many languages', async () => echoes(await open(), withLetters, false));
await check('server: in fragments', async () => {
    const socket = await open();
    await echoesFragments(socket, ['one ', '', 'two ', 'three'], false);
    await echoesFragments(socket, pieces(bytes(70000), 1000), true);
    await echoesFragments(socket, pieces(Buffer.from(withLetters), 1), false);  // letters torn apart
});
await check('server: a ping between fragments', async () => {
    const socket = await open();
    const pong = once(socket, 'pong');
    await echoesFragments(socket, ['one ', 'two'], false, i => { if (i === 0) socket.ping('between'); });
    same((await pong)[0].toString(), 'between');
});
await check('server: pings with and without payload', async () => {
    const socket = await open();
    for (const payload of ['', 'x', 'p'.repeat(125)]) {
        const pong = once(socket, 'pong');
        socket.ping(payload);
        same((await pong)[0].toString(), payload);
    }
});
await check('server: pongs that nobody asked for', async () => {
    const socket = await open();
    socket.pong('unasked');
    await echoes(socket, 'still here', false);
});
await check('server: a thousand messages at once, in order', async () => {
    const socket = await open();
    const got = [];
    const all = new Promise(answer => socket.on('message', data => {
        got.push(data.toString());
        if (got.length === 1000) answer();
    }));
    const sent = Array.from({ length: 1000 }, (_, i) => `message ${i} ${letters(i)}`);
    for (const text of sent) socket.send(text);
    await all;
    same(got, sent);
});
for (const [code, reason] of [[1000, ''], [1000, 'done'], [4321, 'Grüße'], [3000, 'r'.repeat(123)]])
    await check(`server: closed by the client with ${code}`, async () => {
        const socket = await open();
        const ended = end(socket);
        socket.close(code, reason);
        same((await ended)[0], code);
    });
await check('server: closed by the client without a code', async () => {
    const socket = await open();
    const ended = end(socket);
    socket.close();
    same((await ended)[0], 1005);
});
await check('server: closed by the server, with code and reason', async () => {
    const socket = await open();
    const ended = end(socket);
    socket.send('kick me');
    same(await ended, [4022, 'kicked']);
});
await check('server: a message that is too large', async () => {
    const socket = await open();
    const ended = end(socket);
    socket.send(bytes(70001));
    same((await ended)[0], 1009);
});
await check('server: too large in fragments', async () => {
    const socket = await open();
    const ended = end(socket);
    socket.on('error', () => {});
    for (let i = 0; i < 8; ++i) socket.send(bytes(10000), { fin: false });
    same((await ended)[0], 1009);
});
await check('server: frames without a mask', async () => {
    const socket = await open();
    const ended = end(socket);
    socket.send('naked', { mask: false });
    same((await ended)[0], 1002);
});
await check('server: text that is no text', async () => {
    const socket = await open();
    const ended = end(socket);
    socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    same((await ended)[0], 1007);
});
await check('server: another version', async () => same(await refusal([], { protocolVersion: 8 }), [426, '13']));
await check('server: no subprotocol in common', async () => same((await refusal(['other'], {}))[0], 400));
await check('server: a subprotocol is chosen', async () =>
    same((await open(['other', 'echo.tandem'])).protocol, 'echo.tandem'));
await check('server: compression is not agreed on', async () => {
    const socket = await open([], { perMessageDeflate: true });
    same(socket.extensions, '');
    await echoes(socket, letters(5000), false);
});
await check('server: connections that vanish leave the others alone', async () => {
    const stays = await open();
    for (let i = 0; i < 20; ++i) (await open()).terminate();
    await echoes(stays, 'still here', false);
});
server.child.kill();

// --- tandem is the client, ws the server

const mebibyte = 1024 * 1024;
const sockets = [], waiting = [];
const listening = new WebSocketServer({
    host: '127.0.0.1', port: 0, perMessageDeflate: true, maxPayload: 2 * mebibyte,
    handleProtocols: offered => (offered.has('two') ? 'two' : false),
    verifyClient: ({ req }, answer) =>
        answer(req.headers.authorization === 'Bearer somebody' && req.url !== refused, 401),
});
let refused = '';
listening.on('connection', socket => {
    socket.on('error', () => {});
    const next = waiting.shift();
    if (next) next(socket);
    else sockets.push(socket);
});
await once(listening, 'listening');
const client = start('connect', String(listening.address().port));
const accepted = () =>
    (sockets.length ? Promise.resolve(sockets.shift()) : new Promise(answer => waiting.push(answer)));

// Each has a connection of its own; the client says how it ended: code, subprotocol, status, why and reason.
let number = 0;
async function checkClient(name, expected, body) {
    const socket = await accepted();
    const ended = end(socket);
    await check(`client: ${name}`, async () => {
        await body(socket, ended);
        same((await client.next()).slice(`ended ${number} `.length), expected);
    });
    socket.terminate();
    ++number;
}
const normally = '1000 two 0 logged out: ';
const goodbye = socket => socket.close(1000);

await checkClient('messages of every size', normally, async socket => {
    for (const size of [0, 1, 125, 126, 127, 1000, 65535, 65536, 65537, mebibyte - 1, mebibyte]) {
        await echoes(socket, bytes(size), true);
        await echoes(socket, letters(size), false);
    }
    await echoes(socket, withLetters, false);
    goodbye(socket);
});
await checkClient('in fragments', normally, async socket => {
    await echoesFragments(socket, ['one ', '', 'two ', 'three'], false);
    await echoesFragments(socket, pieces(bytes(mebibyte), 100_000), true);
    await echoesFragments(socket, pieces(Buffer.from(withLetters), 1), false);
    const pong = once(socket, 'pong');
    await echoesFragments(socket, ['one ', 'two'], false, i => { if (i === 0) socket.ping('between'); });
    same((await pong)[0].toString(), 'between');
    goodbye(socket);
});
await checkClient('pings of both', normally, async socket => {
    for (const payload of ['', 'x', 'p'.repeat(125)]) {
        const pong = once(socket, 'pong');
        socket.ping(payload);
        same((await pong)[0].toString(), payload);
    }
    const ping = once(socket, 'ping'), answered = nextMessage(socket);
    socket.send('ping are you there');
    same((await ping)[0].toString(), 'are you there');
    same((await answered).data.toString(), 'pong are you there');
    goodbye(socket);
});
await checkClient('a thousand messages at once, in order', normally, async socket => {
    const got = [];
    const all = new Promise(answer => socket.on('message', data => {
        got.push(data.toString());
        if (got.length === 1000) answer();
    }));
    const sent = Array.from({ length: 1000 }, (_, i) => `message ${i} ${letters(i)}`);
    for (const text of sent) socket.send(text);
    await all;
    same(got, sent);
    goodbye(socket);
});
await checkClient('closed by the server with a reason', '4005 two 0 not signed in: Grüße', async (socket, ended) => {
    socket.close(4005, 'Grüße');
    same((await ended)[0], 4005);
});
await checkClient('closed by the server without a code', '1005 two 0 dead session: ', async (socket, ended) => {
    socket.close();
    same((await ended)[0], 1005);
});
await checkClient('the server vanishes', '1006 two 0 dead session: ', async socket => socket.terminate());
await checkClient('closed by the client with a reason', '4001 two 0 logged out: as you wish', async (socket, ended) => {
    socket.send('close 4001');
    same(await ended, [4001, 'as you wish']);
});
await checkClient('closed by the client', normally, async (socket, ended) => {
    socket.send('close');
    same(await ended, [1000, '']);
});
await checkClient('a message that is too large', '1006 two 0 too large: ', async (socket, ended) => {
    socket.send(bytes(mebibyte + 1));
    same((await ended)[0], 1009);
});
await checkClient('frames with a mask', '1006 two 0 malformed: ', async (socket, ended) => {
    socket.send('disguised', { mask: true });
    same((await ended)[0], 1002);
});
await checkClient('text that is no text', '1006 two 0 malformed: ', async (socket, ended) => {
    socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    same((await ended)[0], 1007);
});
refused = `/${number + 1}`;
await checkClient('one more', normally, async socket => goodbye(socket));
await check('client: refused', async () => same(await client.next(), `ended ${number++} 1006 - 401 bad credential: `));
await checkClient('enough', '4999 two 0 dead session: ', async socket => socket.close(4999));
await check('client: it goes when it is told to', async () => {
    if (client.child.exitCode === null) await once(client.child, 'exit');
    same(client.child.exitCode, 0);
});
client.child.kill();
listening.close();

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
