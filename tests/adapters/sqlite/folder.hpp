// A folder of its own for a test that needs files: in memory where there is such a place, since no test waits for a real disk.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tandem {

class folder {
public:
    folder() {
        for (const std::filesystem::path& above :
             {std::filesystem::path{"/dev/shm"}, std::filesystem::temp_directory_path()}) {
            std::string name = (above / "tandem-XXXXXX").string();
            if (!mkdtemp(name.data())) continue;
            path_ = name;
            return;
        }
        std::abort();
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    ~folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

}  // namespace tandem
