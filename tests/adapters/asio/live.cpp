#include "tandem/adapters/json/json_pages.hpp"

#include "live.hpp"

template class tandem::engine<live_chat>;
template class tandem::asio_server<tandem::engine<live_chat>>;
