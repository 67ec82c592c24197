// The connection of one window: pushes over a WebSocket, what was missed by pull. The log is the truth, a push is a
// hint.
import { KIND, MARK } from './store.js';

// The numbers of tandem's errors that matter here.
const ERRC = { badCredential: 6, expired: 7, tooLate: 13 };
const RETRYABLE = new Set([14, 15, 16, 17, 18, 26]);
const SHORTEST = 1000,
    LONGEST = 30_000; // milliseconds between two tries to connect
const IN_FLIGHT = 30;

const later = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const before = (a, b) => BigInt(a) < BigInt(b);

export class Wire {
    // on: status({state, seconds}), typing(conversation, user, is), presence(user, online), signedOut(why),
    // refused(item, why)
    constructor(store, token, on) {
        this.store = store;
        this.token = token;
        this.on = on;
        this.tries = 0;
        this.watched = new Set();
        // Each window is a device of its own.
        this.device = `web-${crypto.getRandomValues(new Uint32Array(2)).join('')}`;
        this.retryNow = () => this.session || this.stopped || this.connect();
        this.netGone = () => this.lose(this.session); // nobody waits for a heartbeat to find out
        addEventListener('online', this.retryNow);
        addEventListener('offline', this.netGone);
        store.windows.addEventListener('message', () => this.flush());
    }

    stop() {
        this.stopped = true;
        removeEventListener('online', this.retryNow);
        removeEventListener('offline', this.netGone);
        clearInterval(this.countdown);
        const s = this.session;
        this.end();
        s?.socket.close();
    }

    // --- connecting

    connect() {
        clearInterval(this.countdown);
        this.on.status({ state: 'connecting' });
        const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws`, 'tandem.v1.json');
        // held: pushes that wait for a pull or for what is missing before them. sent: what this connection has been
        // given.
        const s = {
            socket,
            ready: false,
            catchingUp: true,
            held: [],
            sent: new Set(),
            asked: new Map(),
            sequence: 0,
            comeBack: 0,
            order: Promise.resolve(),
        };
        this.session = s;
        socket.onopen = () =>
            this.request('AUTH_REQ', {
                credential: this.token,
                device: this.device,
                platform: 'web',
                cursor: this.store.cursor,
                ...(this.store.epoch && { epoch: this.store.epoch }),
            });
        socket.onmessage = ({ data }) => {
            const { command, body } = JSON.parse(data);
            s.order = s.order
                .then(() => s === this.session && this.hear(s, command, body))
                .catch((e) => this.lose(s, e));
        };
        socket.onclose = () => this.lose(s);
        s.deadline = setTimeout(() => this.lose(s), 10_000);
    }

    end() {
        if (!this.session) return;
        clearTimeout(this.session.deadline);
        clearTimeout(this.session.repair);
        clearInterval(this.session.beat);
        this.session = undefined;
    }

    lose(s, why) {
        if (why) console.warn('the connection is given up', why);
        if (!s || s !== this.session) return;
        this.end();
        s.socket.close();
        if (this.stopped) return;
        // Full jitter: those who lost one server do not come back all at once. Where the server says when, it is
        // then.
        const jitter = 200 + Math.random() * Math.min(LONGEST, SHORTEST * 2 ** this.tries++);
        const at = Date.now() + (s.comeBack > 0 ? s.comeBack + 100 : jitter);
        const tick = () => {
            const left = at - Date.now();
            if (left <= 0) return this.connect();
            this.on.status({ state: 'offline', seconds: Math.ceil(left / 1000) });
        };
        clearInterval(this.countdown);
        this.countdown = setInterval(tick, 100);
        tick();
    }

    request(command, body) {
        const s = this.session;
        if (s?.socket.readyState !== WebSocket.OPEN) return;
        s.socket.send(JSON.stringify({ command, sequence: ++s.sequence, body }));
    }

    // --- hearing

    async hear(s, command, body) {
        switch (command) {
            case 'AUTH_RSP':
                return this.signedIn(s, body);
            case 'PUSH_MSG':
            case 'REVOKE_MSG_PUSH':
            case 'EDIT_PUSH':
                return this.pushed(s, [body]);
            case 'BATCH_MSG':
                if (body.backfill) return this.backfilled(s, body.messages);
                if (body.nextSeq === undefined || body.nextSeq === null)
                    return this.pushed(s, body.messages, body.marks);
                await this.store.applyPage(body);
                return void this.catchUp(s, s.head); // it waits for what is heard: not the other way round
            case 'NEWS':
                return void this.catchUp(s, body.cursor);
            case 'SEND_RSP':
            case 'REVOKE_RSP':
                return this.acknowledged(s, body);
            case 'MARK_RSP':
                return this.pushed(s, [], [{ ...body, owner: this.store.user }]);
            case 'MARK_PUSH':
            case 'READ_RECEIPT_PUSH':
            case 'RECEIVED_PUSH':
                return this.pushed(s, [], [body]);
            case 'TYPING_STATUS_PUSH':
                return this.on.typing(body.conversation, body.user, body.typing);
            case 'PRESENCE_RSP':
            case 'PRESENCE_PUSH':
                return body.users.forEach((p) => this.on.presence(p.user, p.online));
            case 'HEARTBEAT_RSP':
                return this.beaten(s, body);
            case 'KICK_OUT':
                s.comeBack = Number(body.comeBack);
                if (body.code === ERRC.expired) this.on.signedOut('Your sign-in has ended.');
                return undefined;
            case 'ERROR':
                return this.refused(s, body);
            default:
                return undefined;
        }
    }

    async signedIn(s, body) {
        clearTimeout(s.deadline);
        this.tries = 0;
        s.signedIn = true;
        s.head = body.head;
        if (body.reset || (this.store.epoch && this.store.epoch !== body.epoch)) await this.store.reset(body.epoch);
        this.store.epoch = body.epoch;
        s.beat = setInterval(() => this.beat(s), Math.min(Number(body.heartbeat) / 2, 25_000));
        if (!body.pageFollows) this.catchUp(s, s.head);
    }

    pushed(s, entries, marks = []) {
        for (const e of entries) this.on.typing(e.conversation, e.sender, false);
        s.held.push(...entries);
        s.heldMarks = [...(s.heldMarks ?? []), ...marks];
        return s.catchingUp ? undefined : this.release(s);
    }

    async backfilled(s, entries) {
        await this.store.applyHistory(entries[0].conversation, entries);
        if (!s.catchingUp) await this.release(s);
    }

    // Held pushes by (conversation, seq). What still does not join on waits shortly: it may be on its way; then it
    // is pulled.
    async release(s) {
        const entries = s.held
            .splice(0)
            .sort((a, b) =>
                a.conversation < b.conversation ? -1 : a.conversation > b.conversation ? 1 : a.seq - b.seq
            );
        s.held.push(...(await this.store.applyPushed(entries, (s.heldMarks ?? []).splice(0))));
        if (s.held.length > 0) s.repair ??= setTimeout(() => this.repair(s), 400);
        else s.repair = clearTimeout(s.repair);
        this.tellMarks();
        this.flush();
    }

    acknowledged(s, body) {
        const item = this.store.queue.find((q) => q.id === body.clientMsgId);
        if (!item) return undefined;
        const entry = {
            ...body,
            sender: this.store.user,
            kind: body.target ? KIND.revoke : KIND.message,
            body: body.changed ?? item.body ?? '',
        };
        return this.pushed(s, [entry]);
    }

    async refused(s, body) {
        if (!s.signedIn) {
            if (body.code === ERRC.badCredential || body.code === ERRC.expired)
                this.on.signedOut('Please sign in again.');
            s.comeBack = Number(body.retryAfter) || 0;
            return this.lose(s);
        }
        const item = this.store.queue.find((q) => q.id === body.clientMsgId);
        if (!item) return undefined;
        if (RETRYABLE.has(body.code)) {
            const wait = Math.max(500, Number(body.retryAfter));
            item.notBefore = Date.now() + wait;
            s.sent.delete(item.id);
            setTimeout(() => this.flush(), wait + 10);
            return undefined;
        }
        await this.store.drop(item.id);
        return this.on.refused(item, body.code === ERRC.tooLate ? 'It is too late for that.' : body.text);
    }

    // --- catching up

    // Until a page has reached `head`. Every push is held meanwhile; pages are applied first.
    async catchUp(s, head) {
        s.until = s.until && before(head, s.until) ? s.until : head;
        s.owesCursor = true; // the server says no more before it hears it
        if (s.pulling) return;
        s.pulling = s.catchingUp = true;
        this.on.status({ state: 'catching up' });
        try {
            while (s === this.session && before(this.store.cursor, s.until)) await this.pullPage(s);
            if (s !== this.session) return;
            await (s.order = s.order.then(async () => {
                s.pulling = s.catchingUp = false;
                s.owesCursor = false;
                this.request('HEARTBEAT_REQ', { cursor: this.store.cursor });
                s.ready = true;
                this.on.status({ state: 'online' });
                await this.release(s);
                this.watch();
            }));
        } catch (e) {
            this.lose(s, e);
        }
    }

    async pullPage(s) {
        const { cursor, epoch } = this.store;
        const page = await this.get(s, `/api/sync?lastSeq=${cursor}&epoch=${epoch}&count=200`);
        if (!page || s !== this.session) return;
        if (page.reset) return this.store.reset(page.epoch);
        await this.store.applyPage(page);
        if (!page.hasMore && before(page.nextSeq, s.until)) await later(100); // the server does not know of it yet
    }

    async repair(s) {
        s.repair = undefined;
        if (s !== this.session || s.held.length === 0 || s.pulling) return;
        try {
            s.pulling = s.catchingUp = true;
            await this.pullPage(s);
            for (const id of new Set(s.held.map((e) => e.conversation))) {
                const wanted = Math.min(...s.held.filter((e) => e.conversation === id).map((e) => Number(e.seq))) - 1;
                for (let c = this.store.conversation(id); c.last < wanted && s === this.session;) {
                    const part = await this.get(
                        s,
                        `/api/messages/history?conversation=${encodeURIComponent(id)}&after=${c.last}&count=200`
                    );
                    if (!part || Number(part.coveredTo) <= c.last) break;
                    await this.store.applyHistory(id, part.messages, Math.min(Number(part.coveredTo), wanted));
                }
            }
            await (s.order = s.order.then(() => {
                s.pulling = s.catchingUp = false;
                return s === this.session && this.release(s);
            }));
            if (s === this.session && s.owesCursor) await this.catchUp(s, s.until);
        } catch (e) {
            this.lose(s, e);
        }
    }

    // The connection lives while this is tried; when it goes, so does the pull.
    async get(s, path) {
        for (let wait = 300; s === this.session; wait = Math.min(wait * 2, 5000)) {
            try {
                const answer = await fetch(path, { headers: { Authorization: `Bearer ${this.token}` } });
                if (answer.ok) return await answer.json();
                if (answer.status === 401) return void this.on.signedOut('Please sign in again.');
            } catch (e) {
                if (s !== this.session) return undefined;
            }
            await later(wait);
        }
        return undefined;
    }

    // --- staying

    beat(s) {
        if (s !== this.session) return;
        this.request('HEARTBEAT_REQ', {});
        clearTimeout(s.deadline);
        s.deadline = setTimeout(() => this.lose(s), 10_000);
    }

    // A checkpoint: everything up to it went into this connection before this frame. It holds when all of that is
    // stored.
    async beaten(s, body) {
        clearTimeout(s.deadline);
        if (body.checkpoint && !s.catchingUp && s.held.length === 0) await this.store.moveCursor(body.checkpoint);
    }

    // --- saying

    // In order, and in each conversation nothing before what a retryable refusal has sent back.
    flush() {
        const s = this.session;
        if (!s?.ready) return;
        const closed = new Set();
        let flying = this.store.queue.filter((q) => s.sent.has(q.id)).length;
        for (const q of this.store.queue) {
            if (s.sent.has(q.id) || closed.has(q.conversation)) continue;
            if (flying >= IN_FLIGHT) break;
            if (q.notBefore > Date.now()) {
                closed.add(q.conversation);
                continue;
            }
            s.sent.add(q.id);
            ++flying;
            const where = { conversation: q.conversation, clientMsgId: q.id };
            if (q.target) this.request('REVOKE_REQ', { ...where, target: String(q.target) });
            else this.request('SEND_REQ', { ...where, contentType: 1, body: q.body });
        }
    }

    async send(conversation, body) {
        await this.store.enqueue({ conversation, body });
        this.flush();
    }
    async revoke(conversation, target) {
        await this.store.enqueue({ conversation, target });
        this.flush();
    }

    typing(conversation, typing) {
        if (this.session?.ready) this.request('TYPING_REQ', { conversation, typing });
    }

    // What arrived here, and what was on the screen, until the server has it. Told once a connection for each value.
    tellMarks() {
        const s = this.session;
        if (!s?.ready) return;
        for (const c of this.store.conversations.values()) {
            const others =
                c.sorted().findLast((e) => e.sender !== this.store.user || e.kind !== KIND.message)?.seq ?? 0;
            this.tellMark(s, c, MARK.received, others ? c.last : 0);
            this.tellMark(s, c, MARK.read, Math.min(c.readHere, c.last));
        }
    }
    tellMark(s, c, key, value) {
        const id = `${key} ${c.id}`;
        if (value <= c.mark(key, this.store.user) || value <= (s.asked.get(id) ?? 0)) return;
        s.asked.set(id, value);
        this.request('MARK_REQ', { conversation: c.id, key, value: String(value) });
    }

    // Who is looked at: is that user here?
    watch(user = '') {
        if (user) this.watched.add(user);
        const users = user ? [user] : [...this.watched];
        if (this.session?.ready && users.length > 0) this.request('PRESENCE_REQ', { users, watch: 1 });
    }
}
