#include "engine_server.hpp"

#include "../figures.hpp"

#include <tandem/store/memory_store.hpp>

namespace tandem::benchmarks {

namespace {

using measured_engine = engine<measured_chat<memory_store&>>;

std::uint64_t pages_in_a_second(memory_store& store, const server_setup& setup) {
    const user_id reader{setup.groups[0].members[1]};
    const position before{setup.groups[0].members.size()};
    const auto ask = [&] { keep(store.changes(reader, before, limits{})); };
    nanoseconds_per(200, ask);
    return static_cast<std::uint64_t>(1e9 / nanoseconds_per(1000, ask));
}

}  // namespace

void serve_from_memory(const server_setup& setup, int channel) {
    asio::io_context loop{1};
    memory_store store;
    engine_server<memory_store&> server{loop, store, setup, channel};
    server.on_question([&] { tell(channel, pages_in_a_second(store, setup)); });
    server.run();
}

std::vector<engine_part> parts_of_a_connection() {
    const auto waiting = [p = detail::wire::ptr{}](const std::error_code&) {};
    using wait =
        asio::detail::reactive_wait_op<std::remove_const_t<decltype(waiting)>, asio::io_context::executor_type>;
    return {{"connection", sizeof(detail::connection<measured_engine>)},
            {"socket", sizeof(asio::detail::epoll_reactor::descriptor_state)},
            {"wait", sizeof(wait)},
            {"session", sizeof(session)},
            {"session_details", sizeof(session_details)}};
}

}  // namespace tandem::benchmarks
