// Data contracts that only the golden vectors have.
using System.Collections.Generic;
using System.Runtime.Serialization;

namespace Interop.Data
{
    public class PocoNoAttributes
    {
        public string B { get; set; }
        public int A { get; set; }
    }

    [DataContract]
    public class Generic<T>
    {
        [DataMember] public T Value { get; set; }
    }

    [CollectionDataContract(Namespace = "urn:interop:coll", ItemName = "entry")]
    public class Entries : List<string> { }
}
