// What is seen. Texts of users go into text nodes, never into HTML.
import { KIND } from './store.js';

const $ = (id) => document.getElementById(id);
const PAGE = 200; // messages that are drawn; earlier ones on request
const REVOKE_WITHIN = 2 * 60_000;

const element = (name, className = '', text = '') => {
    const e = document.createElement(name);
    e.className = className;
    e.textContent = text;
    return e;
};
const set = (e, text) => e.textContent === text || (e.textContent = text);

const hueOf = (name) => [...name].reduce((hue, c) => (hue * 31 + c.codePointAt(0)) % 360, 40);
const paint = (e, name, initial = [...name][0] ?? '') => {
    e.style.setProperty('--hue', hueOf(name));
    if (e.classList.contains('avatar')) set(e, initial);
};

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayOf = (time) => new Date(time).toDateString();
const dayName = (time) =>
    dayOf(time) === dayOf(Date.now())
        ? 'Today'
        : dayOf(time) === dayOf(Date.now() - 86_400_000)
          ? 'Yesterday'
          : date.format(time);
const shortTime = (time) => (dayOf(time) === dayOf(Date.now()) ? clock.format(time) : dayName(time));

const TICKS = {
    sending: 'M8.5 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M8.5 3.5V6l1.8 1.2',
    sent: 'M4 6.5l3 3 6-7',
    delivered: 'M1 6.5l3 3 6-7M8 9.5l6-7',
};
TICKS.read = TICKS.delivered;
const tick = () => {
    const holder = element('span', 'tick');
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 17 12');
    svg.setAttribute('aria-hidden', 'true');
    svg.append(document.createElementNS('http://www.w3.org/2000/svg', 'path'));
    holder.setAttribute('role', 'img');
    holder.append(svg);
    return holder;
};
const setTick = (holder, state) => {
    if (holder.dataset.state === state) return;
    holder.dataset.state = state;
    holder.setAttribute('aria-label', state);
    holder.title = state;
    holder.querySelector('path').setAttribute('d', TICKS[state]);
};

// Elements are kept by key: only what is new is announced, and nothing that is focused goes away.
const keyed = (parent, items, make, update) => {
    const focused = document.activeElement;
    const old = new Map([...parent.children].map((e) => [e.dataset.key, e]));
    const wanted = new Set(items.map((item) => item.key));
    for (const [key, e] of old) if (!wanted.has(key)) e.remove();
    let at = parent.firstElementChild;
    for (const item of items) {
        let e = old.get(item.key);
        if (!e) {
            e = make(item);
            e.dataset.key = item.key;
        }
        update(e, item);
        if (e === at) at = at.nextElementSibling;
        else parent.insertBefore(e, at);
    }
    if (focused !== document.activeElement && parent.contains(focused)) focused.focus(); // it has been moved
};

export class View {
    constructor(store, wire) {
        this.store = store;
        this.wire = wire;
        this.open = undefined; // the conversation on the screen
        this.shown = PAGE;
        this.typists = new Map(); // conversation -> user -> timer
        this.online = new Set();
        this.drafts = new Map(); // conversation -> what is written there and not sent
        this.listening = new AbortController();
        store.changed = () => this.draw();
        set($('me'), store.user);
        paint($('me-avatar'), store.user);
        this.#listen();
        this.draw();
    }

    close() {
        this.listening.abort();
        this.#forgetOthers();
        $('app').classList.remove('chatting');
        $('list').replaceChildren();
        $('messages').replaceChildren();
        $('text').value = '';
    }

    // --- told by the wire

    status({ state, seconds }) {
        const text = {
            online: 'Connected',
            connecting: 'Connecting…',
            'catching up': 'Catching up…',
            offline: 'Offline',
        }[state];
        $('status').dataset.state = state;
        set($('status-text'), text);
        set($('status-when'), state === 'offline' ? `— reconnecting in ${seconds} s` : '');
        $('retry').hidden = state !== 'offline';
        if (this.state === state) return;
        this.state = state;
        if (state === 'offline') this.#forgetOthers(); // who is there, and who types, is not known any more
        this.draw();
    }

    #forgetOthers() {
        this.online.clear();
        for (const users of this.typists.values()) for (const timer of users.values()) clearTimeout(timer);
        this.typists.clear();
    }

    typing(conversation, user, is) {
        if (!is && !this.typists.get(conversation)?.has(user)) return;
        const users = this.typists.get(conversation) ?? this.typists.set(conversation, new Map()).get(conversation);
        clearTimeout(users.get(user));
        users.delete(user);
        const end = () => this.typing(conversation, user, false);
        if (is) users.set(user, setTimeout(end, 6000));
        this.draw();
    }

    presence(user, online) {
        if (online) this.online.add(user);
        else this.online.delete(user);
        this.draw();
    }

    toast(text) {
        set($('toast'), text);
        $('toast').hidden = false;
        clearTimeout(this.toasting);
        this.toasting = setTimeout(() => {
            $('toast').hidden = true;
        }, 4000);
    }

    // --- what the user does

    show(id) {
        this.#stopTyping();
        this.drafts.set(this.open, $('text').value);
        $('text').value = this.drafts.get(id) ?? '';
        this.open = id;
        this.shown = PAGE;
        $('app').classList.toggle('chatting', Boolean(id));
        $('messages').replaceChildren();
        const c = id && this.store.conversation(id);
        if (c?.kind === 'direct') this.wire.watch(c.other);
        this.follow = true;
        this.draw();
        this.#drawChat(); // now: what is not shown cannot have the focus
        this.#grow();
        if (id && !matchMedia('(pointer: coarse)').matches) $('text').focus();
    }

    #listen() {
        const on = (id, event, f) => $(id).addEventListener(event, f, { signal: this.listening.signal });
        on('back', 'click', () => this.show(undefined));
        on('retry', 'click', () => this.wire.retryNow());
        on('earlier', 'click', () => {
            this.shown += PAGE;
            this.follow = false;
            this.draw();
        });
        on('scroll', 'scroll', () => {
            const s = $('scroll');
            this.follow = s.scrollHeight - s.scrollTop - s.clientHeight < 60;
            if (this.follow) this.#haveRead();
        });
        on('composer', 'submit', (e) => {
            e.preventDefault();
            this.#send();
        });
        on('text', 'keydown', (e) => {
            if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return;
            e.preventDefault();
            this.#send();
        });
        on('text', 'input', () => {
            this.#grow();
            this.#tellTyping();
        });
        on('text', 'blur', () => this.#stopTyping());
        on('app', 'keydown', (e) => {
            if (e.key === 'Escape' && this.open) this.show(undefined);
        });
        addEventListener('resize', () => this.#scrollDown(), { signal: this.listening.signal });
        document.addEventListener('visibilitychange', () => this.draw(), { signal: this.listening.signal });
        this.pulse = setInterval(() => this.draw(), 30_000); // "today" ends, and so does what may be withdrawn
        this.listening.signal.addEventListener('abort', () => clearInterval(this.pulse));
    }

    #send() {
        const text = $('text').value.trim();
        if (!text || !this.open) return;
        $('text').value = '';
        this.#grow();
        this.typingAt = 0;
        this.follow = true;
        this.wire.send(this.open, text);
    }
    #grow() {
        $('text').style.height = 'auto';
        $('text').style.height = `${$('text').scrollHeight + 2}px`;
    }
    #tellTyping() {
        if (!$('text').value) return this.#stopTyping();
        if (Date.now() - (this.typingAt ?? 0) < 3000) return;
        this.typingAt = Date.now();
        this.typingIn = this.open;
        this.wire.typing(this.open, true);
    }
    #stopTyping() {
        if (!this.typingAt) return;
        this.typingAt = 0;
        this.wire.typing(this.typingIn, false);
    }

    #haveRead() {
        const c = this.open && this.store.conversations.get(this.open);
        if (!c || document.visibilityState !== 'visible' || c.unread() === 0) return;
        this.store.setRead(c.id, c.last).then(() => {
            this.wire.tellMarks();
            this.draw();
        });
    }

    // --- drawing

    // Many changes at once are drawn once.
    draw() {
        if (this.drawing || this.listening.signal.aborted) return;
        this.drawing = true;
        queueMicrotask(() => {
            this.drawing = false;
            if (this.listening.signal.aborted) return;
            this.#drawList();
            this.#drawChat();
        });
    }

    #lastLine(c) {
        const typists = [...(this.typists.get(c.id)?.keys() ?? [])];
        if (typists.length > 0)
            return { text: c.kind === 'group' ? `${typists[0]} is typing…` : 'typing…', typing: true };
        const waiting = this.store.queue.findLast((q) => q.conversation === c.id && !q.target);
        if (waiting) return { text: `You: ${waiting.body}`, time: waiting.time };
        const e = c.newest();
        if (!e) return { text: '', time: undefined };
        if (e.kind === KIND.joined || e.kind === KIND.left) return { text: notice(e, this.store.user), time: e.time };
        const who = e.sender === this.store.user ? 'You: ' : c.kind === 'group' ? `${e.sender}: ` : '';
        return { text: e.revoked ? 'Message withdrawn' : who + e.body, time: e.time };
    }

    #drawList() {
        const lines = [...this.store.conversations.values()].map((c) => ({
            key: c.id,
            c,
            last: this.#lastLine(c),
            unread: c.unread(),
        }));
        const timeOf = (l) => l.last.time ?? l.c.newest()?.time ?? Infinity;
        lines.sort((a, b) => timeOf(b) - timeOf(a));
        $('list-empty').hidden = lines.length > 0;
        keyed(
            $('list'),
            lines,
            ({ c }) => {
                const item = element('li');
                const button = element('button');
                const avatar = element('span', 'avatar');
                avatar.setAttribute('aria-hidden', 'true');
                paint(avatar, c.title);
                button.append(
                    avatar,
                    element('span', 'title', c.title),
                    element('span', 'time'),
                    element('span', 'last'),
                    element('span', 'badge')
                );
                button.addEventListener('click', () => this.show(c.id));
                item.append(button);
                return item;
            },
            (item, { c, last, unread }) => {
                const button = item.firstChild;
                const [, , time, text, badge] = button.children;
                button.setAttribute('aria-current', String(c.id === this.open));
                const at = timeOf({ c, last });
                set(time, at === Infinity ? '' : shortTime(at));
                set(text, last.text);
                text.classList.toggle('typing', Boolean(last.typing));
                set(badge, unread === 0 ? '' : unread > 99 ? '99+' : String(unread));
                if (unread > 0) badge.setAttribute('aria-label', `${unread} unread`);
                else badge.removeAttribute('aria-label');
            }
        );
        const unread = lines.reduce((sum, l) => sum + l.unread, 0);
        document.title = `${unread > 0 ? `(${unread}) ` : ''}${this.store.user} — tandem chat`;
    }

    #drawChat() {
        const c = this.open && this.store.conversations.get(this.open);
        $('chat').classList.toggle('none', !c);
        if (!c) return;
        set($('chat-title'), c.title);
        paint($('chat-avatar'), c.title);
        set(
            $('chat-about'),
            c.kind === 'group'
                ? [...c.members].map((m) => (m === this.store.user ? 'you' : m)).join(', ')
                : c.kind !== 'direct' || this.state !== 'online'
                  ? ''
                  : this.online.has(c.other)
                    ? 'online'
                    : 'offline'
        );
        const typists = [...(this.typists.get(c.id)?.keys() ?? [])];
        set(
            $('typing'),
            typists.length > 0 ? `${typists.join(', ')} ${typists.length > 1 ? 'are' : 'is'} typing…` : ''
        );

        const all = c.sorted().filter((e) => e.kind !== KIND.revoke && e.kind !== KIND.edit);
        $('earlier').hidden = all.length <= this.shown;
        const items = [];
        let day = '',
            writer = '';
        const add = (item) => {
            if (dayOf(item.time) !== day) {
                day = dayOf(item.time);
                writer = '';
                items.push({ key: `day ${day}`, kind: 'day', text: dayName(item.time) });
            }
            item.first = item.sender !== writer;
            writer = item.kind === 'message' ? item.sender : '';
            items.push(item);
        };
        // A message keeps its element when it gets its place: the key is the sender's own id.
        for (const e of all.slice(-this.shown)) {
            if (e.kind === KIND.message)
                add({
                    ...e,
                    kind: 'message',
                    key: `${e.sender} ${e.id}`,
                    state: e.sender === this.store.user ? c.progress(e.seq) : '',
                });
            else add({ key: `notice ${e.seq}`, kind: 'notice', time: e.time, text: notice(e, this.store.user) });
        }
        for (const q of this.store.queue)
            if (q.conversation === c.id && !q.target)
                add({
                    ...q,
                    kind: 'message',
                    sender: this.store.user,
                    key: `${this.store.user} ${q.id}`,
                    state: 'sending',
                });
        keyed(
            $('messages'),
            items,
            (item) => this.#make(item, c),
            (e, item) => this.#update(e, item)
        );
        if (this.follow !== false) (this.#scrollDown(), this.#haveRead());
    }

    #scrollDown() {
        if (this.follow !== false) $('scroll').scrollTop = $('scroll').scrollHeight;
    }

    #make(item, c) {
        if (item.kind !== 'message') return element('li', item.kind, item.text);
        const mine = item.sender === this.store.user;
        const e = element('li', mine ? 'message mine' : 'message');
        const bubble = element('div', 'bubble');
        if (c.kind === 'group' && !mine) {
            const from = element('span', 'from', item.sender);
            paint(from, item.sender);
            bubble.append(from);
        }
        const meta = element('span', 'meta');
        const time = element('time', '', clock.format(item.time));
        meta.append(time);
        if (mine) meta.append(tick());
        bubble.append(element('span', 'text'), meta);
        e.append(bubble);
        if (mine) {
            const withdraw = element('button', 'withdraw', 'Withdraw');
            withdraw.addEventListener('click', () => e.dataset.seq && this.wire.revoke(c.id, Number(e.dataset.seq)));
            e.append(withdraw);
        }
        return e;
    }

    #update(e, item) {
        if (item.kind !== 'message') return set(e, item.text);
        e.classList.toggle('first', item.first);
        e.classList.toggle('gone', Boolean(item.revoked));
        if (item.seq) e.dataset.seq = item.seq;
        set(e.querySelector('.text'), item.revoked ? 'Message withdrawn' : item.body);
        const from = e.querySelector('.from');
        if (from) from.hidden = !item.first;
        const mark = e.querySelector('.tick');
        if (!mark) return undefined;
        e.dataset.state = item.state;
        setTick(mark, item.state);
        mark.hidden = Boolean(item.revoked);
        e.querySelector('.withdraw').hidden =
            item.state === 'sending' || item.revoked || Date.now() - item.time > REVOKE_WITHIN;
        return undefined;
    }
}

const notice = (e, me) => {
    const who = e.subject === me ? 'You' : e.subject;
    return e.kind === KIND.joined ? `${who} joined` : `${who} left`;
};
