namespace Mig.Machines.Inventories.Rpm;

/// <summary>The tags of a header that mig reads. Source: rpm, "lib/rpmtag.h".</summary>
internal static class RpmTag
{
    public const int Name = 1000;
    public const int Version = 1001;
    public const int Release = 1002;
    public const int Epoch = 1003;
    public const int Vendor = 1011;
    public const int License = 1014;
    public const int Architecture = 1022;
    public const int FileSizes = 1028;
    public const int FileStates = 1029;
    public const int FileModes = 1030;
    public const int FileDigests = 1035;
    public const int FileLinkTargets = 1036;
    public const int FileFlags = 1037;
    public const int FileUserNames = 1039;
    public const int FileGroupNames = 1040;
    public const int SourcePackage = 1044;
    public const int DirectoryIndexes = 1116;
    public const int BaseNames = 1117;
    public const int DirectoryNames = 1118;
    public const int FileDigestAlgorithm = 5011;
    public const int LongFileSizes = 5008;
}
