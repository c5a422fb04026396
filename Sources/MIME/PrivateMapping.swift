import Glibc

/// A file's bytes mapped copy-on-write: what is written here stays here, and pages not written to remain the file's.
final class PrivateMapping {
    private let memory: UnsafeMutableRawBufferPointer

    /// `nil` where the file can't be mapped. A file shorter than `length` is mapped as far as it goes, since touching
    /// a page beyond its end would end the process.
    init?(descriptor: Int32, length: Int) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        let size = min(length, Int(status.st_size))
        guard size > 0, let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor, 0),
            start != MAP_FAILED
        else { return nil }
        memory = UnsafeMutableRawBufferPointer(start: start, count: size)
    }

    deinit { munmap(memory.baseAddress, memory.count) }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }

    /// Writes text over what stands at an offset, as far as the mapping goes.
    func replace(at offset: Int, with text: String) {
        for (index, byte) in text.utf8.enumerated() where offset + index < memory.count {
            memory[offset + index] = byte
        }
    }
}
