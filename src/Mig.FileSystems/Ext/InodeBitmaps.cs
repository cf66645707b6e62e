namespace Mig.FileSystems.Ext;

/// <summary>Which inodes the bitmaps hold to be in use. Each bitmap is read when it is first asked for; for several threads.</summary>
internal sealed class InodeBitmaps(IBlockReader reader, Geometry geometry, GroupTable groups)
{
    private readonly byte[]?[] _bitmaps = new byte[]?[geometry.GroupCount];

    /// <param name="number">From 1.</param>
    public bool IsUsed(long number)
    {
        long group = (number - 1) / geometry.InodesPerGroup;
        return groups[group].HasInodeBitmap && Bitmap.Get(_bitmaps[group] ??= Read(group), (int)((number - 1) % geometry.InodesPerGroup));
    }

    private byte[] Read(long group)
    {
        byte[] bitmap = new byte[geometry.BlockSize];
        reader.Read(groups[group].InodeBitmap * geometry.BlockSize, bitmap);
        return bitmap;
    }
}
