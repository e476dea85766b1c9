// The data contracts of the samples, shared by the programs for .NET Core and for Mono.
using System;
using System.Collections.Generic;
using System.Runtime.Serialization;

namespace Interop.Data
{
    [DataContract]
    public enum Color { [EnumMember] Red, [EnumMember(Value = "Verde")] Green, [EnumMember] Blue }

    public enum PlainEnum { Zero, One, Two }

    [Flags] public enum Access { None = 0, Read = 1, Write = 2, Exec = 4 }

    [DataContract]
    public class Point
    {
        [DataMember] public int Y { get; set; }
        [DataMember] public int X { get; set; }
        [DataMember] public string Label { get; set; }
    }

    [DataContract(Name = "Shape", Namespace = "urn:interop:shapes")]
    [KnownType(typeof(Circle))]
    public class Shape
    {
        [DataMember(Order = 2)] public string Name { get; set; }
        [DataMember(Order = 1, IsRequired = true)] public int Id { get; set; }
        [DataMember(Order = 2, EmitDefaultValue = false)] public string Comment { get; set; }
    }

    [DataContract(Namespace = "urn:interop:shapes")]
    public class Circle : Shape
    {
        [DataMember] public double Radius { get; set; }
        [DataMember] public Point Center { get; set; }
    }

    [DataContract]
    [KnownType(typeof(Point))]
    public class Zoo
    {
        [DataMember] public bool ABool;
        [DataMember] public byte AByte;
        [DataMember] public sbyte ASByte;
        [DataMember] public short AShort;
        [DataMember] public ushort AUShort;
        [DataMember] public int AnInt;
        [DataMember] public uint AUInt;
        [DataMember] public long ALong;
        [DataMember] public ulong AULong;
        [DataMember] public float AFloat;
        [DataMember] public double ADouble;
        [DataMember] public decimal ADecimal;
        [DataMember] public char AChar;
        [DataMember] public string AString;
        [DataMember] public string ANullString;
        [DataMember] public DateTime ADateUtc;
        [DataMember] public DateTime ADateUnspec;
        [DataMember] public TimeSpan ASpan;
        [DataMember] public Guid AGuid;
        [DataMember] public Uri AUri;
        [DataMember] public byte[] Bytes;
        [DataMember] public int[] Ints;
        [DataMember] public List<string> Strings;
        [DataMember] public Point[] Points;
        [DataMember] public int? NInt;
        [DataMember] public int? NNull;
        [DataMember] public Color AColor;
        [DataMember] public PlainEnum APlain;
        [DataMember] public Access AFlags;
        [DataMember] public Dictionary<string, int> Map;
        [DataMember] public int[][] Jagged;
        [DataMember] public object AnObject;
#if OFFSET
        [DataMember] public DateTimeOffset AnOffset;
#endif
    }

    [DataContract]
    public class MathFault
    {
        [DataMember] public string Operation { get; set; }
        [DataMember] public string ProblemType { get; set; }
    }
}
