#include <tandem/adapters/sqlite/sqlite_store.hpp>
#include <tandem/tandem.hpp>

#include <google/protobuf/message.h>
#include <nlohmann/json.hpp>

int main() {
    const bool nameless = static_cast<bool>(tandem::sqlite_store::open(""));
    return nlohmann::json::parse("[1]").size() == 1 && !nameless ? 0 : 1;
}
