// The laws that a few changes show: after each of them the store is what the model is.
#pragma once

#include "scene.hpp"

namespace tandem {

struct local_script {
    const char* law;
    std::vector<local_change> changes;
};

class local_scripts : local_scene {
    using changes = std::vector<local_change>;

public:
    static std::vector<local_script> all() {
        std::vector<local_script> all = of_entries();
        for (auto more : {of_the_rest(), of_logs()}) all.insert(all.end(), more.begin(), more.end());
        return all;
    }

private:
    static local_change of(std::vector<entry> entries, std::vector<amendment> amendments = {}) {
        return {.entries = std::move(entries), .amendments = std::move(amendments)};
    }
    static local_change amends(std::vector<amendment> all) { return {.amendments = std::move(all)}; }

    // Every field has a value of its own.
    static entry full_entry() {
        entry e = message(club(), 3, std::string{"a\0b\xff", 4});
        e.kind = entry_kind::joined, e.content_type = 0xffffffffu, e.target = {2}, e.subject = third;
        e.role = role::admin, e.history = 0xfffffffeu, e.time = {-5}, e.fingerprint = ~std::uint64_t{4};
        e.trusted = true, e.mentions = {me, third}, e.number = 77, e.visible_from = {2}, e.amended_by = {9};
        return e;
    }

    static std::vector<local_script> of_entries() {
        const entry one = message(club(), 1), two = message(club(), 2), three = message(club(), 3);
        entry named = message(club(), 1);
        named.mentions = {me, other};
        entry blank = amended(one, 6, "");
        blank.revoked = true;
        return {
            {"an entry keeps every field", changes{of({full_entry()}), of({amended(full_entry(), 10, "")})}},
            {"entries stand in order of seq, each in its own conversation",
             changes{of({three, one}), of({message(pair(), 3), message(conversations()[3], 1)}), of({two})}},
            {"a known entry is replaced", changes{of({one}), of({message(club(), 1, "again")})}},
            {"an entry that is amended by a later one is not replaced",
             changes{of({amended(one, 5, "by 5")}), of({amended(one, 4, "by 4")}), of({one}),
                     of({amended(one, 5, "by 5 again")}), of({blank}), of({amended(one, 5, "by 5")})}},
            {"an edit gives its target a body and a content type",
             changes{of({named}), of({edit(club(), 4, 1, "e")}, {edited(club(), 1, 4, "e")})}},
            {"an edit or a revoke does nothing to what the same or a later one has amended",
             changes{of({one}), amends({edited(club(), 1, 5, "by 5")}), amends({edited(club(), 1, 4, "by 4")}),
                     amends({edited(club(), 1, 5, "again")}), amends({revoked(club(), 1, 5)}),
                     amends({revoked(club(), 1, 6)})}},
            {"a revoke blanks the body and the mentions for good",
             changes{of({named}), amends({revoked(club(), 1, 5)}), amends({edited(club(), 1, 6, "back")}),
                     amends({revoked(club(), 1, 7)})}},
            {"a revoke blanks the edits of its target, and no others",
             changes{of({one, two, edit(club(), 3, 1, "a"), edit(club(), 4, 1, "b"), edit(club(), 5, 2, "c"),
                         edit(pair(), 3, 1, "d")}),
                     amends({edited(club(), 4, 9, "b by 9")}), amends({revoked(club(), 1, 6)})}},
            {"a revoke blanks the edits of a target that is not kept",
             changes{of({edit(club(), 3, 1, "a")}), amends({revoked(club(), 1, 6)})}},
            {"what has the target of a revoke and is no edit stays",
             changes{of({one, full_entry()}), amends({revoked(club(), 2, 11)})}},
            {"an amendment of what is not kept does nothing",
             changes{amends({edited(club(), 1, 4, "e"), revoked(pair(), 1, 2)}), of({message(club(), 2)}),
                     amends({revoked(club(), 1, 3), edited(club(), 3, 4, "e")})}},
            {"entries come before the amendments of a change",
             changes{of({one, edit(club(), 2, 1, "e")}, {edited(club(), 1, 2, "e"), revoked(club(), 1, 3)})}},
        };
    }

    static std::vector<local_script> of_the_rest() {
        using key = mark_key;
        mark_change others = change(club(), key::reaction, 4, 1), shared = change(club(), key::muted, 3);
        others.owner = other, shared.shared = true;
        queued_send whole = said(4, std::string{"\0\n\xff", 3});
        whole.kind = entry_kind::edit, whole.content_type = 8, whole.mentions = {me, third}, whole.target = {5};
        whole.failed = errc::gone;
        kept_conversation far = kept(pair(), 40);
        far.first_kept = {12};
        membership gone = member(club(), 5);
        gone.role = role::owner, gone.intervals = {{{5}, {8}}, {{20}, {31}}};
        return {
            {"a mark is replaced, unless it has a later position already",
             changes{{.marks = {marked(club(), key::read, 5, 50)}},
                     {.marks = {marked(club(), key::read, 6, 49)}},
                     {.marks = {marked(club(), key::read, 4, 50)}},
                     {.marks = {marked(club(), key::read, 3, 51), marked(club(), key::read, 2, 50)}}}},
            {"marks are told apart by conversation, key, owner and target",
             changes{{.marks = {marked(club(), key::reaction, 1, 1, 1), marked(club(), key::reaction, 2, 2, 2),
                                marked(club(), key::read, 3, 3), marked(pair(), key::reaction, 4, 4, 1),
                                mark{others, {5}}, mark{shared, {6}}}},
                     {.marks = {mark{others, {9}}}}}},
            {"a membership replaces that of its conversation",
             changes{{.memberships = {member(club(), 3), member(pair(), 1)}}, {.memberships = {gone}}}},
            {"a conversation replaces what was kept of it, and stays otherwise",
             changes{{.conversations = {kept(club(), 3), kept(pair(), 4)}},
                     {.conversations = {far}},
                     {.conversations = {kept(club(), 9, false)}}}},
            {"the cursor stays when none is given, and goes back when it is told to",
             changes{
                 {.cursor = position{5}}, of({message(club(), 1)}), {.cursor = position{3}}, {.cursor = position{0}}}},
            {"the queue is in order of numbers, and a known number is replaced",
             changes{{.queued = {said(3), said(1)}},
                     {.queued = {whole, said(2)}},
                     {.queued = {said(3, "other")}},
                     {.queued = {said(10), said(9)}}}},
            {"what is unqueued is gone, the rest stays",
             changes{{.queued = {said(1), said(2), said(3)}}, {.unqueued = {2, 7}}, {.unqueued = {1, 3}}}},
            {"no number is forgotten, though its send is", changes{{.queued = {said(5)}},
                                                                   {.unqueued = {5}},
                                                                   {.queued = {said(2)}},
                                                                   {.new_log = epoch{2}},
                                                                   {.unqueued = {2}}}},
            {"what is unqueued may be queued by the same change",
             changes{{.queued = {said(1)}}, {.unqueued = {1}, .queued = {said(1, "again")}}}},
            {"a wish replaces the one like it",
             changes{{.wished = {change(club(), key::read, 1), change(pair(), key::read, 2)}},
                     {.wished = {change(club(), key::read, 3), change(club(), key::reaction, 4, 1), others, shared,
                                 change(club(), key::reaction, 5, 2), change(club(), key::reaction, 6, 2)}}}},
            {"what is granted is wished no longer, whatever its value",
             changes{{.wished = {change(club(), key::read, 1), others, change(club(), key::reaction, 4, 1)}},
                     {.granted = {change(club(), key::read, 9)}},
                     {.granted = {change(club(), key::reaction, 4, 2)}},
                     {.granted = {change(club(), key::reaction, 4, 1)}}}},
            {"what is granted may be wished by the same change",
             changes{{.wished = {change(club(), key::read, 1)}},
                     {.granted = {change(club(), key::read, 1)}, .wished = {change(club(), key::read, 2)}}}},
            {"an empty change changes nothing", changes{of({message(club(), 1)}), {}}},
        };
    }

    static local_change everything(std::uint64_t n) {
        local_change c = of({message(club(), n), message(pair(), n), edit(club(), n + 1, n, "e")});
        c.marks = {marked(club(), mark_key::read, n, n)}, c.memberships = {member(club(), n)};
        c.conversations = {kept(club(), n), kept(pair(), n)}, c.cursor = position{n * 10};
        c.queued = {said(n)}, c.wished = {change(club(), mark_key::read, n)};
        return c;
    }
    static local_change begins(std::uint64_t log, local_change with = {}) {
        with.new_log = epoch{log};
        return with;
    }

    static std::vector<local_script> of_logs() {
        local_change amending = amends({edited(club(), 4, 9, "x"), revoked(club(), 5, 9)});
        return {
            {"a log begins with nothing but the queue", changes{everything(4), begins(1), everything(2), begins(2)}},
            {"what comes with a log belongs to it", changes{everything(4), begins(1, everything(6))}},
            {"entries of an earlier log can be read, and are changed no more",
             changes{begins(1, everything(4)), begins(2), amending, everything(4), amending}},
            {"a log that begins again begins with nothing",
             changes{begins(1, everything(4)), begins(2, everything(5)), begins(1), begins(2, everything(3)),
                     begins(2, everything(7)), begins(2)}},
            {"a log is one of which an entry is kept, whatever else is",
             changes{{.new_log = epoch{1}, .marks = {marked(club(), mark_key::read, 1, 1)}},
                     begins(3, amending),
                     {.conversations = {kept(club(), 3)}, .cursor = position{4}},
                     begins(2, everything(4))}},
        };
    }
};

}  // namespace tandem
