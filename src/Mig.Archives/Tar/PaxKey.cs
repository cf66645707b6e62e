namespace Mig.Archives.Tar;

/// <summary>
/// Keys of pax records. Source: POSIX pax, "pax Extended Header"; GNU tar manual, "Storing Sparse Files"; star(4) for extended attributes.
/// </summary>
internal static class PaxKey
{
    public const string Path = "path";
    public const string LinkPath = "linkpath";
    public const string Size = "size";
    public const string Uid = "uid";
    public const string Gid = "gid";
    public const string ModifiedTime = "mtime";
    public const string Charset = "hdrcharset";
    public const string XattrPrefix = "SCHILY.xattr.";
    public const string SparseMajor = "GNU.sparse.major";
    public const string SparseMinor = "GNU.sparse.minor";
    public const string SparseName = "GNU.sparse.name";
    public const string SparseRealSize = "GNU.sparse.realsize";
    public const string SparseSize = "GNU.sparse.size";
    public const string SparseMap = "GNU.sparse.map";
    public const string SparseOffset = "GNU.sparse.offset";
    public const string SparseBytes = "GNU.sparse.numbytes";
}
