// What this browser has of a user's conversations, in IndexedDB. The cursor is written in one transaction with what
// it covers.

export const KIND = { message: 1, revoke: 2, edit: 3, joined: 4, left: 5 };
export const MARK = { received: 1, read: 2 };

const finished = (transaction) =>
    new Promise((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
const answered = (request) =>
    new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });

// Ids in the canonical text of a conversation have '%' and ':' escaped, and the two of a direct one are in order of
// their bytes.
const escaped = (id) => id.replaceAll('%', '%25').replaceAll(':', '%3A');
const plain = (part) => part.replaceAll('%3A', ':').replaceAll('%25', '%');
const byBytes = (a, b) => {
    const [x, y] = [a, b].map((text) => new TextEncoder().encode(text));
    for (let i = 0; i < Math.min(x.length, y.length); ++i) if (x[i] !== y[i]) return x[i] - y[i];
    return x.length - y.length;
};
export const directWith = (me, other) =>
    me === other ? `self:${escaped(me)}` : `direct:${[me, other].sort(byBytes).map(escaped).join(':')}`;

class Conversation {
    constructor(id, me) {
        const [kind, first, second] = id.split(':');
        this.id = id;
        this.kind = kind;
        this.me = me;
        this.other = kind !== 'direct' ? '' : plain(first) === me ? plain(second) : plain(first);
        this.title =
            kind === 'direct'
                ? this.other
                : kind === 'group'
                  ? plain(first).replace(/~[^~]*$/, '')
                  : 'Notes to yourself';
        this.entries = new Map(); // by seq
        this.last = 0; // everything that this user may see is here, up to this seq
        this.marks = { [MARK.received]: new Map(), [MARK.read]: new Map() }; // user -> seq
        this.readHere = 0; // was on this screen; the server is told until it says so itself
        this.members = new Set(kind === 'direct' ? [me, this.other] : [me]);
        this.wrote = new Map(); // user -> newest seq: who writes has read
    }

    sorted() {
        return (this.order ??= [...this.entries.values()].sort((a, b) => a.seq - b.seq));
    }
    mark(key, user) {
        return Math.max(
            this.marks[key].get(user) ?? 0,
            key === MARK.received ? this.mark(MARK.read, user) : (this.wrote.get(user) ?? 0)
        );
    }
    unread() {
        const read = Math.max(this.readHere, this.mark(MARK.read, this.me));
        let count = 0;
        for (const e of this.entries.values())
            if (e.seq > read && e.kind === KIND.message && e.sender !== this.me && !e.revoked) ++count;
        return count;
    }
    // How far one of our own messages has come among the others.
    progress(seq) {
        const others = [...this.members].filter((user) => user !== this.me);
        if (others.length === 0) return 'read';
        if (others.every((user) => this.mark(MARK.read, user) >= seq)) return 'read';
        return others.every((user) => this.mark(MARK.received, user) >= seq) ? 'delivered' : 'sent';
    }
    newest() {
        const all = this.sorted();
        for (let i = all.length - 1; i >= 0; --i) if (all[i].kind !== KIND.revoke) return all[i];
        return undefined;
    }

    put(e) {
        this.entries.set(e.seq, e);
        this.order = undefined;
        if (e.kind === KIND.joined) this.members.add(e.subject);
        if (e.kind === KIND.left) this.members.delete(e.subject);
        if (e.kind === KIND.message) this.wrote.set(e.sender, Math.max(this.wrote.get(e.sender) ?? 0, e.seq));
    }
    closeUp() {
        while (this.entries.has(this.last + 1)) ++this.last;
    }
}

export class Store {
    static async open(user) {
        const opening = indexedDB.open(`tandem ${user}`, 1);
        opening.onupgradeneeded = () => {
            const db = opening.result;
            db.createObjectStore('entries', { keyPath: ['conversation', 'seq'] });
            db.createObjectStore('marks', { keyPath: ['conversation', 'key', 'owner'] });
            db.createObjectStore('queue', { keyPath: 'id' });
            db.createObjectStore('meta', { keyPath: 'key' });
        };
        const store = new Store(user, await answered(opening));
        await store.#load();
        return store;
    }

    constructor(user, db) {
        this.user = user;
        this.db = db;
        this.conversations = new Map();
        this.queue = []; // what was written and has no place yet, in order
        this.cursor = '0';
        this.epoch = '';
        this.changed = () => {};
        // Other windows of the same user share the database: they are told what waits in the queue.
        this.windows = new BroadcastChannel(`tandem ${user}`);
        this.windows.onmessage = ({ data }) => {
            if (data.queued && !this.queue.some((q) => q.id === data.queued.id)) this.#enqueue(data.queued);
            if (data.dropped) this.#dequeue(data.dropped);
            this.changed();
        };
    }

    conversation(id) {
        if (!this.conversations.has(id)) this.conversations.set(id, new Conversation(id, this.user));
        return this.conversations.get(id);
    }

    close() {
        this.windows.close();
        this.db.close();
    }

    async #load() {
        const read = this.db.transaction(['entries', 'marks', 'queue', 'meta']);
        const [entries, marks, queue, meta] = await Promise.all(
            ['entries', 'marks', 'queue', 'meta'].map((name) => answered(read.objectStore(name).getAll()))
        );
        for (const e of entries) this.conversation(e.conversation).put(e);
        for (const c of this.conversations.values()) c.last = Math.max(0, ...c.entries.keys());
        for (const m of marks) this.conversation(m.conversation).marks[m.key]?.set(m.owner, m.value);
        for (const q of queue.sort((a, b) => a.order - b.order)) this.#enqueue(q);
        for (const { key, value } of meta) {
            if (key === 'cursor') [this.cursor, this.epoch] = [value.cursor, value.epoch];
            if (key.startsWith('read ')) this.conversation(key.slice(5)).readHere = value;
        }
    }

    // --- what the server says

    // A pulled page: all that concerns this user between two cursors. It alone moves the cursor, and a checkpoint.
    async applyPage({ messages = [], marks = [], memberships = [], nextSeq, epoch }) {
        await this.#apply(messages, marks, { cursor: nextSeq, epoch: epoch ?? this.epoch }, (c, newest) => {
            c.last = Math.max(c.last, newest);
        });
        for (const { conversation, intervals } of memberships)
            this.#startAt(conversation, intervals.at(-1)?.visibleFrom);
        this.changed();
    }

    // Pushed entries, in order. Returns those that do not join on to what is here: something before them is missing.
    async applyPushed(entries, marks = []) {
        const joined = [],
            ahead = [],
            last = new Map();
        for (const e of entries) {
            const c = this.conversation(e.conversation);
            if (e.kind === KIND.joined && e.subject === this.user) this.#startAt(c.id, e.visibleFrom);
            const end = last.get(c) ?? c.last;
            if (Number(e.seq) > end + 1) ahead.push(e);
            else (joined.push(e), last.set(c, Math.max(end, Number(e.seq))));
        }
        if (joined.length > 0 || marks.length > 0) await this.#apply(joined, marks, null, (c) => c.closeUp());
        this.changed();
        return ahead;
    }

    // Older entries of one conversation: a backfill, or a history that was asked for; explained is what it has
    // examined.
    async applyHistory(conversation, entries, explained = 0) {
        await this.#apply(entries, [], null, () => {});
        const c = this.conversation(conversation);
        c.last = Math.max(c.last, explained);
        c.closeUp();
        this.changed();
    }

    async moveCursor(cursor) {
        if (BigInt(cursor) > BigInt(this.cursor)) await this.#apply([], [], { cursor, epoch: this.epoch }, () => {});
    }

    // Another log: nothing that is here holds, unless another window has said so already. What waits to be sent
    // stays.
    async reset(epoch) {
        const write = this.db.transaction(['entries', 'marks', 'meta'], 'readwrite');
        const meta = write.objectStore('meta');
        meta.get('cursor').onsuccess = ({ target: { result: here } }) => {
            const isNew =
                here?.value.epoch === epoch &&
                (here.value.epoch !== this.epoch || BigInt(here.value.cursor) < BigInt(this.cursor));
            if (isNew) return;
            for (const name of ['entries', 'marks', 'meta']) write.objectStore(name).clear();
            meta.put({ key: 'cursor', value: { cursor: '0', epoch } });
        };
        await finished(write);
        const waiting = this.queue;
        this.conversations.clear();
        this.queue = [];
        await this.#load();
        for (const q of waiting) if (!this.queue.some((here) => here.id === q.id)) this.#enqueue(q);
        this.changed();
    }

    // --- what this user does

    async enqueue(item) {
        const q = {
            id: crypto
                .getRandomValues(new Uint32Array(4))
                .reduce((text, n) => text + n.toString(36).padStart(7, '0'), ''),
            order: Math.max(Date.now() * 1000, (this.queue.at(-1)?.order ?? 0) + 1),
            time: Date.now(),
            ...item,
        };
        this.#enqueue(q);
        this.changed();
        const write = this.db.transaction('queue', 'readwrite');
        write.objectStore('queue').put(q);
        await finished(write);
        this.windows.postMessage({ queued: q });
        return q;
    }

    async drop(id) {
        this.#dequeue(id);
        const write = this.db.transaction('queue', 'readwrite');
        write.objectStore('queue').delete(id);
        await finished(write);
        this.windows.postMessage({ dropped: id });
        this.changed();
    }

    async setRead(id, seq) {
        const c = this.conversation(id);
        if (seq <= c.readHere) return;
        c.readHere = seq;
        const write = this.db.transaction('meta', 'readwrite');
        write.objectStore('meta').put({ key: `read ${id}`, value: seq });
        await finished(write);
    }

    // --- inside

    #enqueue(q) {
        this.conversation(q.conversation);
        this.queue.push(q);
        this.queue.sort((a, b) => a.order - b.order);
    }
    #dequeue(id) {
        this.queue = this.queue.filter((q) => q.id !== id);
    }

    #startAt(conversation, visibleFrom) {
        const c = this.conversation(conversation);
        c.last = Math.max(c.last, Number(visibleFrom ?? 1) - 1);
    }

    // Memory follows the disk: nothing is shown that is not stored.
    async #apply(messages, marks, cursor, after) {
        const write = this.db.transaction(['entries', 'marks', 'queue', 'meta'], 'readwrite');
        const entries = write.objectStore('entries');
        const put = new Map(),
            done = [],
            newest = new Map();
        for (const m of messages) {
            const e = {
                conversation: m.conversation,
                seq: Number(m.seq),
                sender: m.sender,
                id: m.clientMsgId,
                kind: m.kind,
                body: m.body ?? '',
                time: Number(m.time),
                target: Number(m.target ?? 0),
                subject: m.subject,
                revoked: Boolean(m.revoked),
            };
            const key = `${e.seq} ${e.conversation}`;
            const here = put.get(key) ?? this.conversations.get(e.conversation)?.entries.get(e.seq);
            put.set(key, here?.revoked ? { ...e, revoked: true, body: '' } : e);
            newest.set(e.conversation, Math.max(newest.get(e.conversation) ?? 0, e.seq));
            if (e.kind === KIND.revoke || e.kind === KIND.edit) {
                const at = `${e.target} ${e.conversation}`;
                const target = put.get(at) ?? this.conversations.get(e.conversation)?.entries.get(e.target);
                if (target && e.kind === KIND.revoke) put.set(at, { ...target, revoked: true, body: '' });
                if (target && e.kind === KIND.edit && !target.revoked) put.set(at, { ...target, body: e.body });
            }
            if (e.sender === this.user) done.push(e.id);
        }
        for (const e of put.values()) entries.put(e);
        for (const id of done) write.objectStore('queue').delete(id);
        const moved = [];
        for (const { conversation, key, owner, value } of marks) {
            const before = this.conversation(conversation).marks[key]?.get(owner) ?? 0;
            if (!(key in this.conversation(conversation).marks) || Number(value) <= before) continue;
            moved.push({ conversation, key, owner, value: Number(value) });
            write.objectStore('marks').put(moved.at(-1));
        }
        // Another window may be further: what it has stored is in the same database.
        if (cursor) {
            const meta = write.objectStore('meta');
            meta.get('cursor').onsuccess = ({ target: { result } }) => {
                const ours =
                    !result ||
                    result.value.epoch !== cursor.epoch ||
                    BigInt(result.value.cursor) < BigInt(cursor.cursor);
                if (ours) meta.put({ key: 'cursor', value: cursor });
            };
        }
        await finished(write);
        for (const e of put.values()) this.conversation(e.conversation).put(e);
        for (const id of done) this.#dequeue(id);
        for (const m of moved) this.conversation(m.conversation).marks[m.key].set(m.owner, m.value);
        for (const [id, seq] of newest) after(this.conversation(id), seq);
        if (cursor) [this.cursor, this.epoch] = [cursor.cursor, cursor.epoch];
    }
}
