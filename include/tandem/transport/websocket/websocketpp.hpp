// The part of websocketpp that does no I/O. No other header includes any of it.
#pragma once

#ifndef _WEBSOCKETPP_CPP11_STRICT_
#define _WEBSOCKETPP_CPP11_STRICT_  // the standard library's types instead of Boost's
#endif
#include <websocketpp/http/request.hpp>
#include <websocketpp/http/response.hpp>

#include <websocketpp/extensions/permessage_deflate/disabled.hpp>
#include <websocketpp/processors/hybi13.hpp>
#include <websocketpp/random/none.hpp>
