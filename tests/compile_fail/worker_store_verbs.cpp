// expect: tandem: a worker's store answers by returning, however long it takes:  result<outcomes> append(drafts)
// expect: tandem: a worker's store answers by returning, however long it takes:  result<log_head> head()
// expect: tandem: a worker's store answers by returning, however long it takes:  result<nothing> trim(const conversation_id&, seq)
#include <tandem/store/memory_store.hpp>
#include <tandem/store/worker_store.hpp>

struct my_store : tandem::memory_store {
#ifdef TANDEM_WRONG
    void append(tandem::drafts, tandem::done<tandem::outcomes>);  // answers later
    int head(int);                                                // asks for something else
    void trim(const tandem::conversation_id&, tandem::seq, tandem::done<tandem::nothing>);
#endif
};

int main() {
    tandem::worker<my_store> disk{my_store{}};
    tandem::worker_store<my_store> asker{disk, [](tandem::function<void()>) {}};
}
