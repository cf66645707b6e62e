using System.Buffers.Binary;

namespace Mig.FileSystems.Ext.Writing;

/// <summary>An access control list to store, or to bring in line with a mode.</summary>
internal sealed class AclEntries
{
    private const uint ShownVersion = 2;
    private const uint StoredVersion = 1;
    private const int HeaderSize = 4;
    private const int ShownSize = 8;
    private const int ShortSize = 4;
    private const int MaxPermission = 7;
    private const ushort UserObject = 0x01;
    private const ushort User = 0x02;
    private const ushort GroupObject = 0x04;
    private const ushort Group = 0x08;
    private const ushort Mask = 0x10;
    private const ushort Other = 0x20;

    private readonly List<(ushort Tag, ushort Permission, uint Id)> _entries = [];

    /// <summary>Whether it says no more than a mode.</summary>
    public bool IsMinimal => _entries.Count <= 3;

    public bool IsEmpty => _entries.Count == 0;

    /// <summary>The nine permission bits that stand for it.</summary>
    public int Permissions => (Get(UserObject) << 6) | ((Has(Mask) ? Get(Mask) : Get(GroupObject)) << 3) | Get(Other);

    /// <summary>Reads the form that the kernel's calls have.</summary>
    /// <returns>Null when it breaks its form.</returns>
    public static AclEntries? Parse(ReadOnlySpan<byte> shown)
    {
        if (shown.Length < HeaderSize || (shown.Length - HeaderSize) % ShownSize != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(shown) != ShownVersion)
            return null;
        var acl = new AclEntries();
        for (int i = HeaderSize; i < shown.Length; i += ShownSize)
        {
            acl._entries.Add((
                BinaryPrimitives.ReadUInt16LittleEndian(shown[i..]),
                BinaryPrimitives.ReadUInt16LittleEndian(shown[(i + 2)..]),
                BinaryPrimitives.ReadUInt32LittleEndian(shown[(i + 4)..])));
        }

        return acl.IsValid() ? acl : null;
    }

    /// <summary>Makes the entries that stand for a mode agree with it, as chmod(2) does.</summary>
    public void Apply(int mode)
    {
        for (int i = 0; i < _entries.Count; i++)
        {
            (ushort tag, ushort permission, uint id) = _entries[i];
            int? wanted = tag switch
            {
                UserObject => mode >> 6,
                GroupObject when !Has(Mask) => mode >> 3,
                Mask => mode >> 3,
                Other => mode,
                _ => null,
            };
            _entries[i] = (tag, (ushort)(wanted & MaxPermission ?? permission), id);
        }
    }

    /// <summary>Returns the form that ext4 stores.</summary>
    public byte[] ToStoredForm()
    {
        byte[] stored = new byte[HeaderSize + _entries.Sum(static entry => entry.Tag is User or Group ? ShownSize : ShortSize)];
        BinaryPrimitives.WriteUInt32LittleEndian(stored, StoredVersion);
        int place = HeaderSize;
        foreach ((ushort tag, ushort permission, uint id) in _entries)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(place), tag);
            BinaryPrimitives.WriteUInt16LittleEndian(stored.AsSpan(place + 2), permission);
            place += ShortSize;
            if (tag is not (User or Group))
                continue;
            BinaryPrimitives.WriteUInt32LittleEndian(stored.AsSpan(place), id);
            place += sizeof(uint);
        }

        return stored;
    }

    private int Get(ushort tag) => _entries.Find(entry => entry.Tag == tag).Permission;

    private bool Has(ushort tag) => _entries.Exists(entry => entry.Tag == tag);

    // In this order: owner, users, group, groups, mask, others; a mask where a user or group is named.
    private bool IsValid()
    {
        if (IsEmpty)
            return true;
        bool isOrdered = true;
        for (int i = 1; i < _entries.Count; i++)
        {
            bool mayRepeat = _entries[i].Tag is User or Group;
            isOrdered &= _entries[i].Tag > _entries[i - 1].Tag || (mayRepeat && _entries[i].Tag == _entries[i - 1].Tag);
        }

        bool areKnown = _entries.TrueForAll(static entry =>
            entry.Tag is UserObject or User or GroupObject or Group or Mask or Other && entry.Permission <= MaxPermission);
        return isOrdered && areKnown && Has(UserObject) && Has(GroupObject) && Has(Other) && (Has(Mask) || !(Has(User) || Has(Group)));
    }
}
