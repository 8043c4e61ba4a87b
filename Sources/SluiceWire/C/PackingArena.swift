internal import CSluiceProto
internal import FoundationEssentials

/// The C memory of one message while it is packed: every array, text and id it points to, freed together.
///
/// A batch of 1,000 claims points to 1,000 ids and 1,000 messages; one allocation for each would cost more than the
/// packing.
struct PackingArena: ~Copyable {
    private static let chunkBytes = 1 << 14
    /// Malloc's, and enough for every C type used here.
    private static let alignment = 16

    private var chunks: [UnsafeMutableRawPointer] = []
    private var free: UnsafeMutableRawBufferPointer = .init(start: nil, count: 0)

    deinit {
        for chunk in chunks { chunk.deallocate() }
    }

    /// A text, cut at its first NUL as every C text is.
    mutating func text(_ text: String) -> UnsafeMutablePointer<CChar> {
        let bytes = Array(text.utf8.prefix { $0 != 0 })
        let memory = allocate(bytes.count + 1)
        memory.copyMemory(from: bytes, byteCount: bytes.count)
        memory.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
        return memory.bindMemory(to: CChar.self, capacity: bytes.count + 1)
    }

    mutating func id(_ id: UUID) -> ProtobufCBinaryData {
        let size = MemoryLayout<uuid_t>.size
        let memory = allocate(size)
        memory.storeBytes(of: id.uuid, as: uuid_t.self)
        return ProtobufCBinaryData(len: size, data: memory.bindMemory(to: UInt8.self, capacity: size))
    }

    mutating func message<Message: CSubmessage>(
        _ fill: (inout Message, inout PackingArena) -> Void
    ) -> UnsafeMutablePointer<Message> {
        let memory = allocate(MemoryLayout<Message>.stride).bindMemory(to: Message.self, capacity: 1)
        memory.initialize(to: Message())
        Message.initialize(memory)
        fill(&memory.pointee, &self)
        return memory
    }

    /// The list of `elements` as protobuf-c wants it: an array of pointers.
    mutating func messages<Element, Message: CSubmessage>(
        _ elements: some Collection<Element>, _ fill: (inout Message, Element, inout PackingArena) -> Void
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Message>?>? {
        list(elements) { element, arena in
            arena.message { message, arena in fill(&message, element, &arena) }
        }
    }

    mutating func texts(_ texts: [String]) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
        list(texts) { text, arena in arena.text(text) }
    }

    mutating func numbers(_ numbers: [Int64]) -> UnsafeMutablePointer<Int64>? {
        guard !numbers.isEmpty else { return nil }
        let list = allocate(numbers.count * MemoryLayout<Int64>.stride)
            .bindMemory(to: Int64.self, capacity: numbers.count)
        list.initialize(from: numbers, count: numbers.count)
        return list
    }

    private mutating func list<Element, Pointee>(
        _ elements: some Collection<Element>, _ make: (Element, inout PackingArena) -> UnsafeMutablePointer<Pointee>
    ) -> UnsafeMutablePointer<UnsafeMutablePointer<Pointee>?>? {
        guard !elements.isEmpty else { return nil }
        let stride = MemoryLayout<UnsafeMutablePointer<Pointee>?>.stride
        let list = allocate(elements.count * stride)
            .bindMemory(to: UnsafeMutablePointer<Pointee>?.self, capacity: elements.count)
        for (index, element) in elements.enumerated() {
            (list + index).initialize(to: make(element, &self))
        }
        return list
    }

    private mutating func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        let size = (max(bytes, 1) + Self.alignment - 1) & ~(Self.alignment - 1)
        if free.count < size {
            let capacity = max(size, Self.chunkBytes)
            let chunk = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: Self.alignment)
            chunks.append(chunk)
            free = UnsafeMutableRawBufferPointer(start: chunk, count: capacity)
        }
        let memory = free.baseAddress!
        free = UnsafeMutableRawBufferPointer(start: memory + size, count: free.count - size)
        return memory
    }
}
