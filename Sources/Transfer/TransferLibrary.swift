import CLibCurl

/// libcurl as a whole: set up once a process, before the first handle.
enum TransferLibrary {
    /// Evaluating it does the setting up; false when libcurl can't be used.
    static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}
