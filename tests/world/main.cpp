// tandem_world --seeds N --from S: N small worlds, each decided by its seed alone.
#include "tandem/testing/world/run_seeds.hpp"

#include "tandem/adapters/json/json_client.hpp"
#include "tandem/adapters/json/json_dialect.hpp"
#include "tandem/adapters/json/json_pages.hpp"
#include "tandem/adapters/protobuf/protobuf_client.hpp"
#include "tandem/adapters/protobuf/protobuf_dialect.hpp"
#include "tandem/adapters/protobuf/protobuf_pages.hpp"

namespace {

using namespace tandem;

struct plain : world::default_policies {
    using codec = protobuf_client;
    using dialects = tandem::dialects<protobuf_dialect>;
    using pages = page_codecs<protobuf_pages>;
};
struct guarded : world::default_policies {
    static constexpr bool is_guarded = true;
    using codec = json_client;
    using dialects = tandem::dialects<json_dialect>;
    using pages = page_codecs<json_pages>;
};

}  // namespace

int main(int argc, char** argv) { return world::run_seeds<plain, guarded>(argc, argv); }
