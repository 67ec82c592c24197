// The pull API: from a request to its answer. The engine is asked for what only it knows.
#pragma once

#include "bearer.hpp"
#include "conversations.hpp"
#include "history.hpp"
#include "pull_job.hpp"
#include "status.hpp"

#include "../codec/page_codec.hpp"
#include "../policy/authenticator.hpp"
#include "../policy/observer.hpp"
#include "../store/seq_store.hpp"

namespace tandem {

// A part of its engine: `serve` is called inside a turn, and whatever is asked for answers inside one.
template <class Engine, class Pages>
class http_api {
public:
    http_api(Engine& engine, std::uint64_t seed) : engine_{engine}, flying_{seed} {}

    // In this order: is it a request of ours, in a language of ours; whose is it; may they now; what does it say.
    void serve(const pull_request& r, done<pull_answer> then) {
        static_assert(std::tuple_size_v<typename Pages::tuple> > 0,
                      "tandem: engine.pull needs a spelling: using pages = tandem::page_codecs<tandem::json_pages>;");
        auto job = std::make_shared<pull_job>();
        job->then = std::move(then);
        std::string_view query = r.target;
        const std::size_t mark = query.find('?');
        const pull_route* route = find_route(query.substr(0, mark));
        query.remove_prefix(mark == query.npos ? query.size() : mark + 1);
        if (!choose_spellings(*job, r)) return fail(job, 406, {errc::unsupported, "Accept"});
        if (!route) return fail(job, errc::not_found);
        if (route->method != r.method) return fail(job, 405, {errc::unsupported}, route->method);
        if (route->has_body()) {
            if (!choose_body_spelling(*job, r)) return fail(job, 415, {errc::unsupported, "Content-Type"});
            if (r.body.size() > engine_.settings().max_frame_bytes) return fail(job, errc::too_large);
            job->body = r.body;
        }
        job->verb = route->verb;
        job->query = query_string{query};
        if (job->query.failed()) return fail(job, errc::invalid_argument, job->query.wrong());
        authenticate(job, r.authorization);
    }

private:
    static constexpr auto media_types = []<class... Cs>(std::tuple<Cs...>*) {
        return std::array<std::string_view, sizeof...(Cs)>{Cs::media_type...};
    }(static_cast<typename Pages::tuple*>(nullptr));

    // --- languages
    bool choose_spellings(pull_job& job, const pull_request& r) const {
        const auto named = spoken_type(r.content_type, media_types);
        const auto wanted = r.accept.empty() ? named : wanted_type(r.accept, media_types);
        job.spelling = wanted.value_or(0);
        return wanted || r.accept.empty();
    }

    bool choose_body_spelling(pull_job& job, const pull_request& r) const {
        const auto named = spoken_type(r.content_type, media_types);
        job.body_spelling = named.value_or(0);
        return named || r.content_type.empty();
    }

    template <std::size_t I = 0, class F>
    void in_spelling(std::size_t which, F f) {
        if constexpr (I + 1 < media_types.size())
            if (which != I) return in_spelling<I + 1>(which, std::move(f));
        f(std::get<I>(codecs_));
    }

    // --- who
    void authenticate(const pull_job_ptr& job, std::string_view authorization) {
        if (authorization.empty()) return fail(job, errc::not_signed_in);
        const auto credential = bearer_credential(authorization);
        if (!credential) return fail(job, errc::bad_credential);
        engine_.template ask<identity>(
            verbs::verify, *engine_.parts().authenticator,
            [this, job](result<identity> who) {
                if (!who) return fail(job, refusal_of(who.error()));
                if (who->expires != instant{} && who->expires <= engine_.now()) return fail(job, errc::expired);
                job->device = who->device;
                admit(job, who->user);
            },
            std::string{*credential});
    }

    // Whatever is wrong with a credential, who has it learns the same; unless coming back helps.
    static error refusal_of(const error& e) {
        return is_retryable(e.code) || e.code == errc::expired ? e : error{errc::bad_credential};
    }

    void admit(const pull_job_ptr& job, const user_id& user) {
        job->place = flying_.enter(user, engine_.settings().pulls_per_user);
        if (!job->place) return fail(job, errc::rate_limited);
        job->user = user;
        switch (job->verb) {
            case pull_verb::sync: return sync(job);
            case pull_verb::history: return history(job);
            case pull_verb::receipts: return receipts(job);
            case pull_verb::conversations: return conversations(job);
            case pull_verb::users: return users(job);
            case pull_verb::send: return send(job);
            case pull_verb::read: return read(job);
            case pull_verb::revoke: return revoke(job);
            case pull_verb::edit: return edit(job);
        }
    }

    // --- sync
    void sync(const pull_job_ptr& job) {
        const sync_question asked = sync_question_of(job->query, engine_.settings().pull_page);
        if (job->query.failed()) return fail(job, errc::invalid_argument, job->query.wrong());
        engine_.template ask<page>(
            verbs::changes, engine_.store(),
            [this, job, asked](result<page> r) {
                if (!r) return fail(job, r.error());
                hear(r->head);
                if (is_of_another_log(asked, r->head)) return answer(job, sync_answer{page{.head = r->head}, true});
                for (std::size_t i = 0; i < r->heads.size() && i < r->memberships.size(); ++i)
                    r->heads[i] = head_seen_by(r->memberships[i], r->heads[i], r->entries);
                engine_.notify(hooks::pulled, named_device{job->user, job->device}, asked.from, r->examined);
                answer(job, sync_answer{*r});
            },
            job->user, asked.from, asked.limits);
    }

    // --- history
    void history(const pull_job_ptr& job) {
        query_string& q = job->query;
        history_question asked = history_question_of(q, engine_.settings().pull_page);
        const auto c = conversation_asked(job);
        if (!c) return;
        asked.conversation = *c;
        engine_.template ask<membership>(
            verbs::member, engine_.store(),
            [this, job, asked](result<membership> m) mutable {
                if (!m) return fail(job, m.error());
                if (m->intervals.empty() && !asked.conversation.names(job->user)) return fail(job, errc::not_member);
                read_page(job, std::move(asked), std::move(*m));
            },
            *c, job->user);
    }

    void read_page(const pull_job_ptr& job, history_question asked, membership m) {
        const visible_part part = part_for(m, asked);
        const seq_range range = store_range(part, asked);
        const conversation_id c = asked.conversation;
        const limits most = asked.limits;
        engine_.template ask<history_page>(
            verbs::history, engine_.store(),
            [this, job, asked = std::move(asked), m = std::move(m), part, range](result<history_page> p) mutable {
                if (!p) return fail(job, p.error());
                if (must_ask_again(asked, range, *p)) return read_page(job, std::move(asked), std::move(m));
                confirm(job, std::move(asked), std::move(m), part, std::move(*p));
            },
            c, range, most);
    }

    // The page may hold entries placed after the membership was read. Read again it is as new as the page; if it moved, the
    // page is of the wrong range. (Held by "who leaves while a history is read sees nothing beyond" in tests/pull.)
    void confirm(const pull_job_ptr& job, history_question asked, membership m, visible_part part, history_page p) {
        const conversation_id c = asked.conversation;
        engine_.template ask<membership>(
            verbs::member, engine_.store(),
            [this, job, asked = std::move(asked), m = std::move(m), part, p = std::move(p),
             c](result<membership> now) mutable {
                if (!now) return fail(job, now.error());
                if (now->changed != m.changed) return read_page(job, std::move(asked), std::move(*now));
                finish_history(p, asked, part, *now);
                read_marks(job, c, std::move(p), std::move(*now));
            },
            c, job->user);
    }

    // Who has left is told no marks of others any more, as in a sync.
    void read_marks(const pull_job_ptr& job, const conversation_id& c, history_page p, membership m) {
        if (p.entries.empty() || !m.current()) return answer(job, history_answer{p, m});
        const seq_range of{p.entries.front().place.seq, p.entries.back().place.seq};
        engine_.template ask<mark_page>(
            verbs::marks, engine_.store(),
            [this, job, p = std::move(p), m = std::move(m)](result<mark_page> said) {
                if (!said) return fail(job, said.error());
                answer(job, history_answer{p, m, said->marks, said->more});
            },
            c, of, position{}, engine_.settings().pull_page.entries);
    }

    // --- receipts
    void receipts(const pull_job_ptr& job) {
        const seq of{job->query.number("seq").value_or(0)};
        if (!of) job->query.refuse("seq");
        const auto c = conversation_asked(job);
        if (!c) return;
        engine_.template ask<membership>(
            verbs::member, engine_.store(),
            [this, job, c = *c, of](result<membership> m) {
                if (!m) return fail(job, m.error());
                if (!m->current() && !c.names(job->user)) return fail(job, errc::not_member);
                if (!m->sees(of)) return fail(job, errc::not_found);
                engine_.count_receipts(c, of, [this, job](const result<tandem::receipts>& r) {
                    if (r) answer(job, *r);
                    else fail(job, r.error());
                });
            },
            *c, job->user);
    }

    // --- conversations, users
    void conversations(const pull_job_ptr& job) {
        conversations_question asked;
        asked.limits = page_limits(job->query, engine_.settings().pull_page);
        if (const auto before = job->query.number("before")) asked.before = position{*before};
        if (job->query.failed()) return fail(job, errc::invalid_argument, job->query.wrong());
        engine_.template ask<overview_page>(
            verbs::overviews, engine_.store(),
            [this, job, asked](result<overview_page> r) {
                if (!r) return fail(job, r.error());
                hear(r->head);
                cut(*r, asked);
                answer(job, conversations_answer{*r});
            },
            job->user);
    }

    void users(const pull_job_ptr& job) {
        const auto ids = job->query.list("ids");
        if (ids.empty() || ids.size() > engine_.settings().pull_page.entries)
            return fail(job, errc::invalid_argument, "ids");
        std::vector<presence> all;
        for (const std::string& text : ids) {
            const auto id = user_id::parse(text);
            if (!id) return fail(job, errc::invalid_argument, "ids");
            all.push_back({*id, engine_.is_online(*id)});
        }
        answer(job, users_answer{all});
    }

    // --- posts: the same requests as on a connection
    template <class Request, class F>
    void with_body(const pull_job_ptr& job, F f) {
        in_spelling(job->body_spelling, [&](auto& codec) {
            const result<Request> r = codec.template read_body<Request>(job->body);
            if (r) f(*r);
            else fail(job, r.error());
        });
    }

    void send(const pull_job_ptr& job) {
        with_body<send_request>(job, [&](const send_request& r) {
            draft d{.kind = entry_kind::message, .content_type = r.content_type};
            d.body = r.body;
            auto named = parse_users(r.mentions);
            if (!named) return fail(job, errc::invalid_argument, "mentions");
            d.mentions = *std::move(named);
            submit(job, r, std::move(d));
        });
    }

    void revoke(const pull_job_ptr& job) {
        with_body<revoke_request>(job, [&](const revoke_request& r) {
            if (!r.target) return fail(job, errc::invalid_argument, "target");
            submit(job, r, draft{.kind = entry_kind::revoke, .target = r.target});
        });
    }

    void edit(const pull_job_ptr& job) {
        with_body<edit_request>(job, [&](const edit_request& r) {
            if (!r.target) return fail(job, errc::invalid_argument, "target");
            draft d{.kind = entry_kind::edit, .content_type = r.content_type, .target = r.target};
            d.body = r.body;
            submit(job, r, std::move(d));
        });
    }

    template <class Request>
    void submit(const pull_job_ptr& job, const Request& r, draft d) {
        const auto c = conversation_of(job, r.conversation, r.to);
        if (!c) return;
        const auto id = send_id::parse(r.send_id);
        if (!id) return fail(job, errc::invalid_argument, "clientMsgId");
        d.conversation = *c;
        d.send_id = *id;
        d.sender = job->user;
        engine_.place(std::move(d), [this, job](const auto& r) {
            if (!r) return fail(job, r.error());
            engine_.notify(hooks::acknowledged, named_device{job->user, job->device}, r->conversation, r->place);
            switch (r->kind) {
                case entry_kind::revoke:
                    return answer(job,
                                  revoke_reply{r->send_id, r->conversation, r->target, r->place, r->time, r->number});
                case entry_kind::edit:
                    return answer(job, edit_reply{r->send_id, r->conversation, r->target, r->place, r->time, r->changed,
                                                  r->number});
                default:
                    return answer(job, send_reply{r->send_id, r->conversation, r->place, r->number, r->time,
                                                  r->repeated, r->changed});
            }
        });
    }

    // Without a key it is the read mark.
    void read(const pull_job_ptr& job) {
        with_body<mark_request>(job, [&](const mark_request& r) {
            const mark_key key = r.key == mark_key{} ? mark_key::read : r.key;
            if (!is_known(key)) return fail(job, errc::invalid_argument, "key");
            if (!is_about(key, r.target)) return fail(job, errc::invalid_argument, "target");
            const auto c = conversation_of(job, r.conversation, r.to);
            if (!c) return;
            const mark_change change{
                .conversation = *c, .key = key, .owner = job->user, .value = r.value, .target = r.target};
            if (c->is_personal()) return put(job, change);
            engine_.template ask<membership>(
                verbs::member, engine_.store(),
                [this, job, change](result<membership> m) {
                    if (!m) return fail(job, m.error());
                    if (!m->current()) return fail(job, errc::not_member);
                    put(job, change);
                },
                *c, job->user);
        });
    }

    void put(const pull_job_ptr& job, const mark_change& change) {
        engine_.mark_as(job->user, change, std::nullopt,
                        engine_.template ticket<mark_reply>([this, job](result<mark_reply> r) {
                            if (r) answer(job, *r);
                            else fail(job, r.error());
                        }));
    }

    // The one a query names, if nothing in the query is wrong.
    std::optional<conversation_id> conversation_asked(const pull_job_ptr& job) {
        query_string& q = job->query;
        if (q.has("conversation") && q.has("to")) q.refuse("to");
        if (!q.failed()) return conversation_of(job, q.text("conversation"), q.text("to"));
        return fail(job, errc::invalid_argument, q.wrong()), std::nullopt;
    }

    // By its text, or by the other user in it. A personal one belongs to those it names; whether the user is in another
    // one only the store knows.
    std::optional<conversation_id> conversation_of(const pull_job_ptr& job, std::string_view text,
                                                   std::string_view to) {
        std::optional<conversation_id> c;
        if (!text.empty() || to.empty()) {
            if (const auto r = conversation_id::parse(text)) c = *r;
        } else if (const auto other = user_id::parse(to)) {
            c = conversation_id::direct(job->user, *other);
        }
        if (!c) return fail(job, errc::invalid_argument, !text.empty() || to.empty() ? "conversation" : "to"), c;
        if (c->is_personal() && !c->names(job->user)) return fail(job, errc::not_member), std::nullopt;
        return c;
    }

    // An engine learns from what it reads: if this is news to it, it reads the log's tail.
    void hear(const log_head& head) {
        if (engine_.started()) engine_.hear_head(head);
    }

    // --- answers. They are views of what the caller has, so they are spelled here and now.
    template <class Answer>
    void answer(const pull_job_ptr& job, const Answer& a) {
        spell(job, {.status = 200}, a);
    }

    void fail(const pull_job_ptr& job, const error& e, std::string_view parameter = {}) {
        fail(job, status_of(e.code), {e.code, parameter, e.retry_after});
    }

    void fail(const pull_job_ptr& job, int status, failure f, std::string_view allow = {}) {
        if (f.retry_after == duration{} && (status == 429 || status == 503)) f.retry_after = seconds(1);
        engine_.notify(hooks::refused, f.why);
        spell(job, {.status = status, .retry_after = f.retry_after, .allow = allow}, f);
    }

    template <class Answer>
    void spell(const pull_job_ptr& job, pull_answer a, const Answer& what) {
        in_spelling(job->spelling, [&](auto& codec) {
            a.content_type = codec.media_type;
            a.body = codec.write_answer(what);
        });
        engine_.complete([job, a = std::move(a)]() mutable {
            job->place = {};  // whoever has the answer may come again at once
            job->then(std::move(a));
        });
    }

    Engine& engine_;
    pulls_in_flight flying_;
    typename Pages::tuple codecs_;
};

}  // namespace tandem
