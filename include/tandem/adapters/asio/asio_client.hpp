// Both ways to a server: messages over a WebSocket, requests over HTTP.
#pragma once

#include "http_client.hpp"
#include "websocket_client.hpp"
