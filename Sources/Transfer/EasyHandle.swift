import CLibCurl

/// One libcurl easy handle with what it points to, freed together. Belongs to the engine's thread.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private var lists: [UnsafeMutablePointer<curl_slist>] = []
    /// What the callbacks' context pointer leads to.
    private var context: AnyObject?

    init() throws(TransferError) {
        guard let pointer = curl_easy_init() else { throw .library(code: Int(CURLE_FAILED_INIT.rawValue)) }
        self.pointer = pointer
    }

    deinit {
        curl_easy_cleanup(pointer)
        for list in lists { curl_slist_free_all(list) }
    }

    func set(_ option: CURLoption, _ value: Int) throws(TransferError) {
        try check(curl_shim_set_long(pointer, option, value))
    }

    func set(_ option: CURLoption, _ value: String) throws(TransferError) {
        try check(curl_shim_set_string(pointer, option, value))
    }

    /// Puts a string option back to nothing, whatever libcurl was built with.
    func unset(_ option: CURLoption) throws(TransferError) {
        try check(curl_shim_set_string(pointer, option, nil))
    }

    func set(_ option: CURLoption, list values: [String]) throws(TransferError) {
        var list: UnsafeMutablePointer<curl_slist>?
        for value in values {
            guard let longer = curl_slist_append(list, value) else {
                curl_slist_free_all(list)
                throw .library(code: Int(CURLE_OUT_OF_MEMORY.rawValue))
            }
            list = longer
        }
        if let list { lists.append(list) }
        try check(curl_shim_set_list(pointer, option, list))
    }

    /// Header lines go to `callback`, with `context` unretained as its last argument; the handle keeps it alive.
    func receiveHeaders(
        context: AnyObject, _ callback: @escaping curl_shim_write_callback
    ) throws(TransferError) {
        self.context = context
        try check(curl_shim_set_write_callback(pointer, CURLOPT_HEADERFUNCTION, callback))
        try check(
            curl_shim_set_pointer(pointer, CURLOPT_HEADERDATA, Unmanaged.passUnretained(context).toOpaque()))
    }

    /// Sockets come from `open` and go to `close`, with the same context.
    func ownSockets(
        context: AnyObject, open: @escaping curl_shim_open_socket_callback,
        close: @escaping curl_shim_close_socket_callback
    ) throws(TransferError) {
        self.context = context
        let opaque = Unmanaged.passUnretained(context).toOpaque()
        try check(curl_shim_set_open_socket(pointer, open))
        try check(curl_shim_set_pointer(pointer, CURLOPT_OPENSOCKETDATA, opaque))
        try check(curl_shim_set_close_socket(pointer, close))
        try check(curl_shim_set_pointer(pointer, CURLOPT_CLOSESOCKETDATA, opaque))
    }

    /// What the server sends as content is thrown away; libcurl would print it.
    func discardBody() throws(TransferError) {
        try check(curl_shim_set_write_callback(pointer, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count })
    }

    /// A number that libcurl kept of the transfer; 0 when it has none.
    func number(_ info: CURLINFO) -> Int {
        var value = 0
        return curl_shim_get_long(pointer, info, &value) == CURLE_OK ? value : 0
    }

    /// When a phase ended, in microseconds since the start; 0 when it did not.
    func microseconds(_ info: CURLINFO) -> Int {
        var value: curl_off_t = 0
        return curl_shim_get_offset(pointer, info, &value) == CURLE_OK ? Int(value) : 0
    }

    private func check(_ code: CURLcode) throws(TransferError) {
        guard code == CURLE_OK else { throw .library(code: Int(code.rawValue)) }
    }
}
