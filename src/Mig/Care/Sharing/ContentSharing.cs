using Mig.Core;
using Mig.History.Images;
using Mig.History.Layouts;
using Mig.Store;

namespace Mig.Care.Sharing;

/// <summary>
/// Who shares what with whom, exactly: the content of an image is the set of all blobs that its disks are made of, files and all else
/// alike. Each layout node is read once, however many images have it; four bytes are kept for each object of the store. For one thread.
/// </summary>
/// <remarks>In a partial clone, what is not here does not count.</remarks>
public sealed class ContentSharing(Repository repository)
{
    // Each object is marked with the set of images that have it. A set is a smaller one and one more image; images come one after the
    // other, so equal sets have equal numbers. Number 0 is the empty set.
    private readonly List<(int Smaller, int Image)> _sets = [(0, -1)];
    private readonly Dictionary<(int Set, int Image), int> _larger = [];
    private readonly ObjectMarks _marks = new(repository.Store);
    private readonly Dictionary<ObjectId, int> _nodeNumbers = [];
    private readonly List<(int[] Children, long[] Blobs)> _nodes = [];
    private readonly List<int> _nodeImages = [];
    private long[]? _setBytes;
    private int _imageCount;

    /// <summary>Adds an image; the first is number 0.</summary>
    /// <exception cref="CorruptStoreException">It is damaged, and was not added.</exception>
    public void Add(ImageId id, CancellationToken cancellation = default)
    {
        var pending = new Stack<int>();
        foreach (ImageDisk disk in repository.Objects.ReadImage(id).Disks)
        {
            if (disk.Layout is { } layout)
                pending.Push(NumberOf(layout));
        }

        _setBytes = null;
        int image = _imageCount++;
        while (pending.TryPop(out int number))
        {
            if (_nodeImages[number] == image)
                continue;
            cancellation.ThrowIfCancellationRequested();
            _nodeImages[number] = image;
            foreach (long slot in _nodes[number].Blobs)
                Mark(slot, image);
            foreach (int child in _nodes[number].Children)
                pending.Push(child);
        }
    }

    /// <summary>
    /// Bytes that an image has in common with each image, itself included: there, all of its own. Each byte counts once, wherever and
    /// however often it stands.
    /// </summary>
    public long[] SharedWith(int image)
    {
        long[] setBytes = _setBytes ??= SumSets();
        long[] shared = new long[_imageCount];
        for (int set = 1; set < setBytes.Length; set++)
        {
            if (setBytes[set] == 0 || !Has(set, image))
                continue;
            for (int at = set; at != 0; at = _sets[at].Smaller)
                shared[_sets[at].Image] += setBytes[set];
        }

        return shared;
    }

    private bool Has(int set, int image)
    {
        // Images are in descending order.
        while (_sets[set].Image > image)
            set = _sets[set].Smaller;
        return _sets[set].Image == image;
    }

    private void Mark(long slot, int image)
    {
        ref int mark = ref _marks.At(slot);
        if (_sets[mark].Image == image)
            return;
        if (!_larger.TryGetValue((mark, image), out int larger))
        {
            larger = _sets.Count;
            _sets.Add((mark, image));
            _larger.Add((mark, image), larger);
        }

        mark = larger;
    }

    private long[] SumSets()
    {
        long[] bytes = new long[_sets.Count];
        _marks.ForEach((location, set) => bytes[set] += location.Length);
        return bytes;
    }

    // A node is taken apart when it is first met; then only numbers are left of it.
    private int NumberOf(LayoutId id)
    {
        if (_nodeNumbers.TryGetValue(id.Value, out int number))
            return number;
        LayoutNode node = LayoutReader.ReadNode(repository.Store, id);
        int[] children = [.. node.Children.Select(child => NumberOf(child.Child))];
        long[] blobs = [.. node.Pieces.Select(piece => piece.Blob).Distinct().Select(blob => _marks.FindSlot(blob.Value))
            .Where(slot => slot >= 0)];
        number = _nodes.Count;
        _nodes.Add((children, blobs));
        _nodeImages.Add(-1);
        _nodeNumbers.Add(id.Value, number);
        return number;
    }
}
