using Mig.Core;
using Mig.Store;

namespace Mig.Versions.Working.Live;

/// <summary>Contents that are held in memory.</summary>
internal sealed class MemoryPlaces : IBlobPlaces
{
    private readonly Dictionary<ObjectId, byte[]> _contents = [];

    public ObjectId Add(byte[] content)
    {
        ObjectId id = ObjectId.Of(content);
        _contents[id] = content;
        return id;
    }

    public bool TryFind(in BlobId id, out int length, out long order)
    {
        (length, order) = (0, 0);
        if (!_contents.TryGetValue(id.Value, out byte[]? content))
            return false;
        length = content.Length;
        return true;
    }

    public void Read(in BlobId id, Span<byte> destination) => _contents[id.Value].CopyTo(destination);
}
